-- Usage events, :batch of them: the token's session, whether the child may report on the book, and what the app does to store them once.
\set child 10 * random(1, :children / 10)
\set book 1 + (:child * 7919 + 4 * random(1, 12) * 104729) % :books
with allowed as (
    select c.id as child_id, u.country, b.id as book_id, b.publisher_id
    from child_sessions s
    join child_profiles c on c.id = s.child_profile_id
    join users u on u.id = c.user_id
    join books b on b.id = :book::bigint
    where s.id = :child::bigint and s.child_profile_id = :child::bigint and s.revoked_at is null and s.expires_at > now()
        and (exists (select from library_items i where i.child_profile_id = c.id and i.book_id = b.id)
            or exists (select from playback_sessions p where p.child_profile_id = c.id and p.book_id = b.id))
), incoming as (
    select a.*, gen_random_uuid() as event_id, case when n = 1 then 'play_start' else 'heartbeat' end as event_type, (n - 1) * 30.0::float8 as position_seconds,
        now() - (:batch::int - n) * interval '30 seconds' as occurred_at, '{"app_version":"2.4.0"}' as metadata
    from allowed a, generate_series(1, :batch::int) as n
), known as (
    select i.child_id, i.event_id, k.book_id, k.event_type, k.position_seconds, k.occurred_at, k.playback_session_id
    from incoming i cross join lateral (
        select * from usage_events u where u.child_profile_id = i.child_id and u.event_id = i.event_id and u.occurred_at >= now() - interval '60 days' limit 1) k
), stored as (
    insert into usage_events (child_profile_id, event_id, book_id, event_type, position_seconds, occurred_at, metadata, publisher_id, territory, created_at)
    select child_id, event_id, book_id, event_type, position_seconds, occurred_at, metadata::jsonb, publisher_id, country, now()
    from incoming i where not exists (select from known k where k.child_id = i.child_id and k.event_id = i.event_id)
    returning child_profile_id, event_id, book_id, position_seconds, occurred_at
), resumed as (
    insert into resume_positions (child_profile_id, book_id, position_seconds, occurred_at)
    select distinct on (child_profile_id, book_id) child_profile_id, book_id, position_seconds, occurred_at
    from stored order by child_profile_id, book_id, occurred_at desc, position_seconds desc
    on conflict (child_profile_id, book_id) do update set position_seconds = excluded.position_seconds, occurred_at = excluded.occurred_at
        where (resume_positions.occurred_at, resume_positions.position_seconds) < (excluded.occurred_at, excluded.position_seconds)
)
select count(*) from stored;
