-- A catalog search, the first 25 and how many there are: the token's session, matches by prefix and by stem, ranked, with all that entitlement asks for.
\set parent 5 * random(1, :children / 10)
\set n random(1, :queries)
with asked as (
    select to_tsquery('storytime', q.prefixes) || plainto_tsquery('english', unaccent(q.words)) as terms, plainto_tsquery('storytime', q.words) as whole
    from bench_queries q where q.list = :list and q.n = :n::int
), matches as materialized (
    select b.id, b.title, count(*) over () as total,
        ts_rank_cd('{0.01,0.1,0.4,1}', b.search_vector, (select terms from asked)) + ts_rank_cd('{0.01,0.1,0.4,1}', b.search_vector, (select whole from asked)) as rank
    from books b where b.status = 'active' and b.search_vector @@ (select terms from asked)
    order by rank desc, b.title, b.id limit 25
)
select b.id, b.title, b.author, b.description, b.age_min, b.age_max, b.language, coalesce(b.cover_s3_key, b.poster_s3_key), b.publisher_id, o.name, o.status,
    v.duration_seconds, v.processing_status, w.end_at, m.total
from parent_sessions s
join users u on u.id = s.user_id
cross join matches m
join books b on b.id = m.id
left join video_assets v on v.id = b.playing_asset_id
left join publishers o on o.id = b.publisher_id
cross join lateral (
    select max(end_at) as end_at from rights_windows w
    where w.book_id = b.id and w.publisher_id = b.publisher_id and w.territory in ('GLOBAL', u.country) and w.start_at <= now() and now() < w.end_at) w
where s.id = md5('bench' || :parent::int)::uuid and s.revoked_at is null
order by m.rank desc, m.title, m.id;
