-- A shelf of 50: the token's session, and each book with all that entitlement asks for.
\set child 10 * random(1, :children / 10)
select b.id, b.title, b.author, b.description, b.age_min, b.age_max, b.language, coalesce(b.cover_s3_key, b.poster_s3_key), b.status, b.publisher_id, o.name, o.status,
    v.hls_manifest_path, v.duration_seconds, v.processing_status, w.end_at, w.next_at, w.had, i.created_at, p.position_seconds
from child_sessions s
join child_profiles c on c.id = s.child_profile_id
join users u on u.id = c.user_id
left join screen_times t on t.child_profile_id = c.id
join library_items i on i.child_profile_id = c.id
join books b on b.id = i.book_id
left join video_assets v on v.id = b.playing_asset_id
left join publishers o on o.id = b.publisher_id
left join resume_positions p on p.child_profile_id = c.id and p.book_id = b.id
cross join lateral (
    select max(end_at) filter (where start_at <= now() and now() < end_at) as end_at, min(start_at) filter (where now() < start_at) as next_at,
        bool_or(end_at <= now()) as had
    from rights_windows w where w.book_id = b.id and w.publisher_id = b.publisher_id and w.territory in ('GLOBAL', u.country)) w
where s.id = :child::bigint and s.child_profile_id = :child::bigint and s.revoked_at is null and s.expires_at > now()
order by i.created_at desc, i.id desc limit 50;
