-- The month before this one by publisher, from the roll-ups.
select t.publisher_id, p.name, t.seconds_watched, t.plays, t.children, count(*) over () as total
from usage_totals t left join publishers p on p.id = t.publisher_id
where t.grain = 'publisher_month' and t.starts_on = (date_trunc('month', now()) - interval '1 month')::date
order by t.seconds_watched desc, t.publisher_id limit 100;
