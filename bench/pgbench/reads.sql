-- One point query, for what else parents look at: the token's session and the children.
\set parent 5 * random(1, :children / 10)
select c.id, c.name, c.avatar_url, c.birth_year, t.daily_minutes, c.created_at, c.updated_at
from parent_sessions s join child_profiles c on c.user_id = s.user_id left join screen_times t on t.child_profile_id = c.id
where s.id = md5('bench' || :parent::int)::uuid and s.revoked_at is null order by c.id;
