-- A playback session: the token's session, all that entitlement asks for, and the rows of session and attempt.
\set child 10 * random(1, :children / 10)
\set book 1 + (:child * 7919 + random(1, 50) * 104729) % :books
with asked as (
    select s.id as child_session_id, c.user_id, b.id as book_id, v.id as asset_id, v.hls_manifest_path, v.duration_seconds, p.position_seconds, w.end_at
    from child_sessions s
    join child_profiles c on c.id = s.child_profile_id
    join users u on u.id = c.user_id
    left join screen_times t on t.child_profile_id = c.id
    left join screen_time_exceptions x on x.child_profile_id = c.id
    left join story_graces g on g.child_profile_id = c.id
    join library_items i on i.child_profile_id = c.id and i.book_id = :book::bigint
    join books b on b.id = i.book_id and b.status = 'active'
    join video_assets v on v.id = b.playing_asset_id and v.processing_status = 'ready'
    left join publishers o on o.id = b.publisher_id
    left join resume_positions p on p.child_profile_id = c.id and p.book_id = b.id
    cross join lateral (
        select max(end_at) as end_at from rights_windows w
        where w.book_id = b.id and w.publisher_id = b.publisher_id and w.territory in ('GLOBAL', u.country) and w.start_at <= now() and now() < w.end_at) w
    where s.id = :child::bigint and s.child_profile_id = :child::bigint and s.revoked_at is null and s.expires_at > now()
        and (b.publisher_id is null or (o.status = 'active' and w.end_at is not null))
), session as (
    insert into playback_sessions (child_profile_id, book_id, video_asset_id, child_session_id, issued_at, expires_at, cloudfront_policy, created_at)
    select :child::bigint, book_id, asset_id, child_session_id, now(), now() + interval '15 minutes', rpad('policy', 120, '.'), now() from asked
    returning id
), attempt as (
    insert into playback_attempts (user_id, child_profile_id, book_id, child_session_id, granted, playback_session_id, created_at)
    select a.user_id, :child::bigint, a.book_id, a.child_session_id, true, s.id, now() from asked a, session s
)
select s.id, a.* from session s, asked a;
