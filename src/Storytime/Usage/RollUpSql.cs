using Storytime.Data;

namespace Storytime.Usage;

/// <summary>The statements of <see cref="RollUp"/>. Dates stand for midnight UTC, as the connections are set to.</summary>
internal static class RollUpSql
{
    /// <summary>One run at a time.</summary>
    public const string Turn = "select pg_advisory_xact_lock(hashtextextended('usage-roll-up', 0))";

    public const string TryTurn = "select pg_try_advisory_xact_lock(hashtextextended('usage-roll-up', 0))";

    /// <summary>
    /// Plans are made for the numbers of rows at hand, which differ by a thousand; compiling them would take longer than running them.
    /// These come after the lock, because a query would keep its snapshot open until the next statement, and dropping months waits for snapshots.
    /// </summary>
    public const string Plans = "set local plan_cache_mode = force_custom_plan; set local jit = off";

    /// <summary>
    /// Transactions below the horizon are over: their rows are there to be seen or will never be. Those above may still be under way, with rows that nobody sees yet.
    /// https://www.postgresql.org/docs/15/functions-info.html#FUNCTIONS-PG-SNAPSHOT
    /// </summary>
    public const string Mark = """
        select watermark, pg_snapshot_xmin(pg_current_snapshot())::text::bigint, system_identifier, (select system_identifier from pg_control_system())
        from roll_up_marks
        """;

    /// <summary>
    /// How long the oldest transaction is open that has a number, and so holds the horizon, in any database of the cluster. Asked before the horizon, so that none ends in
    /// between. Of other roles' transactions PostgreSQL tells the start only to members of <c>pg_read_all_stats</c>; without that, <see cref="ReachHorizon"/> sees at least
    /// whether the horizon moves. https://www.postgresql.org/docs/15/monitoring-stats.html
    /// </summary>
    public const string Open = """
        select greatest(coalesce(clock_timestamp() - least(
                (select min(xact_start) from pg_stat_activity where backend_xid is not null and pid <> pg_backend_pid()),
                (select min(prepared) from pg_prepared_xacts)), interval '0'), interval '0')
        """;

    public const string MoveMark = "update roll_up_marks set watermark = $1";

    /// <summary>A run uses a number itself, so the horizon stands still only when a transaction holds it that is older than the last run.</summary>
    public const string ReachHorizon = "update roll_up_marks set watermark = $1, rolled_up_at = case when watermark < $1 then $2 else rolled_up_at end";

    /// <summary>The watermark before the first step. 0 means the same, from when there were no steps.</summary>
    public const long Nothing = -10_000_000;

    /// <summary>
    /// What the watermark counts: an event's transaction; the days of those whose transaction is not known (0: from before the numbers, or from another cluster), below all
    /// numbers that a transaction can have.
    /// </summary>
    private const string Place = "case when e.transaction_id = 0 then e.occurred_at::date - date '2000-01-01' - 1000000 else e.transaction_id end";

    /// <summary>From <c>$1</c> up to <c>$2</c>. The first two conditions are for the index.</summary>
    private const string Outstanding = $"e.transaction_id >= greatest($1, 0) and e.transaction_id < greatest($2, 1) and {Place} >= $1 and {Place} < $2";

    /// <summary>Where to stop on the way, each time <c>$3</c> events further; those of one transaction stay together.</summary>
    public const string Steps = $"""
        select max(place) + 1 from (
            select place, div(sum(count(*)) over (order by place) - 1, $3) as step
            from (select ({Place})::bigint as place from usage_events e where {Outstanding}) as outstanding group by place) as places
        group by step order by 1
        """;

    /// <summary>
    /// Transaction numbers of another cluster say nothing in this one: all events that are there count as new, for erasures too, and as stored before its first transaction.
    /// The index on them has to be made anew afterwards, or it finds too much for ever.
    /// </summary>
    public const string ForgetMark = """
        update usage_events set transaction_id = 0;
        update erasures set usage_watermark = 0 where usage_watermark is not null;
        update roll_up_marks set watermark = 0, system_identifier = (select system_identifier from pg_control_system());
        """;

    /// <summary>The first day that can be worked out anew is the second of the oldest month: of what reaches into the first one, the events may have been dropped.</summary>
    private const string CanBeWorkedOut = $"> {Partitions.OldestEvents}";

    /// <summary>
    /// An event bears upon its own day and on that into which its 90 seconds reach. Children that are being erased are left to <see cref="RollUp.TrySettleAsync"/>: their events
    /// go piece by piece.
    /// </summary>
    public const string Touched = $"""
        select distinct e.child_profile_id, e.book_id, day
        from usage_events e, lateral (values (e.occurred_at::date), ((e.occurred_at + interval '90 seconds')::date)) as days(day)
        where {Outstanding} and day {CanBeWorkedOut}
            and exists (select from child_profiles c where c.id = e.child_profile_id)
        order by 1, 3, 2
        """;

    public const string TouchedByErased = $"""
        select distinct e.child_profile_id, e.book_id, day
        from usage_events e, lateral (values (e.occurred_at::date), ((e.occurred_at + interval '90 seconds')::date)) as days(day)
        where e.child_profile_id = any($1) and e.transaction_id >= $2 and day {CanBeWorkedOut}
        order by 1, 3, 2
        """;

    public const string OfDay = $"""
        select child_profile_id, book_id, $1 from usage_events
        where {WatchTime.BearsUponDay} and $1 {CanBeWorkedOut}
            and exists (select from child_profiles c where c.id = child_profile_id)
        union
        select child_profile_id, book_id, day from viewing_days
        where day = $1 and $1 {CanBeWorkedOut} and exists (select from child_profiles c where c.id = child_profile_id)
        order by 1, 2
        """;

    /// <summary>The days that can be worked out anew, up to the last that anything is of.</summary>
    public const string KeptDays = $"""
        select {Partitions.OldestEvents} + 1,
            greatest((select (max(occurred_at) + interval '90 seconds')::date from usage_events), (select max(day) from viewing_days))
        """;

    // Bits of grouping(day, month, book_id, publisher_id, territory), from the left: set for what a row is not grouped by.
    private const string Grains = "grouping sets ((day, book_id, publisher_id, territory), (day), (day, publisher_id), (month), (month, publisher_id), (month, book_id, publisher_id))";
    private const string DailyGrain = "8";
    private const string GrainNames = "case grain when 15 then 'day' when 13 then 'publisher_day' when 23 then 'month' when 21 then 'publisher_month' when 17 then 'book_month' end";

    /// <summary>
    /// Works out child-book-days (<c>$1..$3</c>) from their events and changes the sums by the difference. What is left of them after midnight counts for the next day; the
    /// publisher and the territory are those of the day's first event, or, without one, of the first whose time reaches into it. All other days of the same children in the
    /// months from <c>$4</c> to <c>$5</c> are needed to count a child once in a month; they cancel out otherwise.
    /// </summary>
    public static readonly string Roll = $"""
        with touched as (
            select * from unnest($1, $2, $3) as t(child_profile_id, book_id, day)
        ), events as (
            select t.day, e.* from touched t cross join lateral (
                select child_profile_id, book_id, playback_session_id, event_type, occurred_at, event_id, position_seconds, publisher_id, territory from usage_events u
                where u.child_profile_id = t.child_profile_id and u.book_id = t.book_id
                    and u.occurred_at >= t.day::timestamptz - interval '90 seconds' and u.occurred_at < (t.day + 1)::timestamptz
                -- Keeps this a look-up by the child's index, whatever the planner thinks of the number of days.
                offset 0) e
        ) {WatchTime.SpansByDay}
        , united as (
            select child_profile_id, book_id, day, unnest(range_agg(span * tstzrange(day::timestamptz, (day + 1)::timestamptz))) as span
            from watched where span && tstzrange(day::timestamptz, (day + 1)::timestamptz) group by 1, 2, 3
        ), durations as (
            select child_profile_id, book_id, day, round(sum(extract(epoch from upper(span) - lower(span))))::int as seconds from united group by 1, 2, 3
        ), reaching as (
            select distinct on (child_profile_id, book_id, day) child_profile_id, book_id, day, publisher_id, territory
            from events join watched using (child_profile_id, book_id, day, event_id)
            where occurred_at = lower(span) and lower(span) < day::timestamptz and upper(span) > day::timestamptz
            order by child_profile_id, book_id, day, occurred_at, event_id
        ), facts as (
            select child_profile_id, book_id, day, count(*) filter (where event_type = 'play_start')::int as plays, max(position_seconds) as furthest_seconds,
                (array_agg(publisher_id order by occurred_at, event_id))[1] as publisher_id, (array_agg(territory order by occurred_at, event_id))[1] as territory
            from events where occurred_at >= day::timestamptz group by 1, 2, 3
        ), viewings as (
            select child_profile_id, book_id, day, case when f.plays is null then r.publisher_id else f.publisher_id end as publisher_id,
                coalesce(f.territory, r.territory) as territory, coalesce(d.seconds, 0) as seconds, coalesce(f.plays, 0) as plays, f.furthest_seconds
            from touched left join facts f using (child_profile_id, book_id, day) left join reaching r using (child_profile_id, book_id, day)
                left join durations d using (child_profile_id, book_id, day)
            where d.seconds > 0 or f.plays > 0
        ), gone as (
            delete from viewing_days v using touched t
            where v.child_profile_id = t.child_profile_id and v.day = t.day and v.book_id = t.book_id and v.day >= $4 and v.day < $5
                -- A hashed list: an anti-join would be a nested loop where the planner thinks that there is nothing yet.
                and (v.child_profile_id, v.day, v.book_id) not in (select child_profile_id, day, book_id from viewings)
            returning 1
        ), stored as (
            insert into viewing_days as v (child_profile_id, day, book_id, publisher_id, territory, seconds_watched, plays, furthest_seconds)
            select child_profile_id, day, book_id, publisher_id, territory, seconds, plays, furthest_seconds from viewings
            on conflict (child_profile_id, day, book_id) do update set publisher_id = excluded.publisher_id, territory = excluded.territory,
                seconds_watched = excluded.seconds_watched, plays = excluded.plays, furthest_seconds = excluded.furthest_seconds
                where (v.publisher_id, v.territory, v.seconds_watched, v.plays, v.furthest_seconds)
                    is distinct from (excluded.publisher_id, excluded.territory, excluded.seconds_watched, excluded.plays, excluded.furthest_seconds)
            returning 1
        ), before as (
            select v.* from viewing_days v where v.child_profile_id in (select child_profile_id from touched) and v.day >= $4 and v.day < $5
        ), signed as (
            select -1 as sign, child_profile_id, day, date_trunc('month', day::timestamp)::date as month, book_id, publisher_id, territory, seconds_watched, plays from before
            union all
            select 1, child_profile_id, day, date_trunc('month', day::timestamp)::date, book_id, publisher_id, territory, seconds_watched, plays from before
            where (child_profile_id, day, book_id) not in (select child_profile_id, day, book_id from touched)
            union all
            select 1, child_profile_id, day, date_trunc('month', day::timestamp)::date, book_id, publisher_id, territory, seconds, plays from viewings
        ), sums as (
            select grouping(day, month, book_id, publisher_id, territory) as grain, coalesce(day, month) as starts_on, book_id, publisher_id, territory,
                sum(sign * seconds_watched) as seconds, sum(sign * plays) as plays,
                count(distinct child_profile_id) filter (where sign = 1) - count(distinct child_profile_id) filter (where sign = -1) as children
            from signed group by {Grains}
        ), changes as (
            select *, {GrainNames} as name, least(seconds, plays, children) < 0 as shrinks from sums where seconds <> 0 or plays <> 0 or children <> 0
        -- What grows goes through the unique index: a join on publishers that may be null would read all that is there. What shrinks is there already, and an insert
        -- would be refused for its negative sums before it came to the conflict.
        ), daily_grown as (
            insert into daily_usages as d (day, book_id, publisher_id, territory, seconds_watched, plays, children, updated_at)
            select starts_on, book_id, publisher_id, territory, seconds, plays, children, $6 from changes where grain = {DailyGrain} and not shrinks
            on conflict (day, book_id, publisher_id, territory) do update set seconds_watched = d.seconds_watched + excluded.seconds_watched,
                plays = d.plays + excluded.plays, children = d.children + excluded.children, updated_at = excluded.updated_at
        ), daily_shrunk as (
            update daily_usages d set seconds_watched = d.seconds_watched + c.seconds, plays = d.plays + c.plays, children = d.children + c.children, updated_at = $6
            from changes c where c.grain = {DailyGrain} and c.shrinks
                and d.day = c.starts_on and d.book_id = c.book_id and d.publisher_id is not distinct from c.publisher_id and d.territory = c.territory
        ), totals_grown as (
            insert into usage_totals as u (grain, starts_on, publisher_id, book_id, seconds_watched, plays, children, updated_at)
            select name, starts_on, publisher_id, book_id, seconds, plays, children, $6 from changes where name is not null and not shrinks
            on conflict (grain, starts_on, publisher_id, book_id) do update set seconds_watched = u.seconds_watched + excluded.seconds_watched,
                plays = u.plays + excluded.plays, children = u.children + excluded.children, updated_at = excluded.updated_at
        ), totals_shrunk as (
            update usage_totals u set seconds_watched = u.seconds_watched + c.seconds, plays = u.plays + c.plays, children = u.children + c.children, updated_at = $6
            from changes c where c.shrinks and u.grain = c.name and u.starts_on = c.starts_on
                and u.publisher_id is not distinct from c.publisher_id and u.book_id is not distinct from c.book_id
        )
        select (select count(*) from gone) + (select count(*) from stored)
        """;

    /// <summary>Where nobody is counted any more, nothing is left to tell.</summary>
    public static readonly string[] Tidy =
    [
        "delete from daily_usages where day >= $1 and day < $2 and children = 0",
        "delete from usage_totals where starts_on >= $1 and starts_on < $2 and children = 0",
    ];

    /// <summary>
    /// Levels the sums of a month (<c>$1</c> up to <c>$2</c>) with the child-book-days that are kept. What erased children watched is in the sums alone, so they may be larger
    /// than these give, never smaller; where nobody was erased since (an event's clock may be ahead by some minutes), they must be the same.
    /// </summary>
    public const string Level = $"""
        with both_sides as (
            select grouping(day, month, book_id, publisher_id, territory) as grain, coalesce(day, month) as starts_on, book_id, publisher_id, territory,
                sum(seconds_watched) as seconds, sum(plays) as plays, count(distinct child_profile_id) as children, 0 as seconds_kept, 0 as plays_kept, 0 as children_kept
            from (select *, date_trunc('month', day::timestamp)::date as month from viewing_days where day >= $1 and day < $2) v
            group by {Grains}
            union all
            select {DailyGrain}, day, book_id, publisher_id, territory, 0, 0, 0, seconds_watched, plays, children from daily_usages where day >= $1 and day < $2
            union all
            select case grain when 'day' then 15 when 'publisher_day' then 13 when 'month' then 23 when 'publisher_month' then 21 else 17 end,
                starts_on, book_id, publisher_id, null, 0, 0, 0, seconds_watched, plays, children
            from usage_totals where starts_on >= $1 and starts_on < $2
        ), cells as (
            select grain, starts_on, book_id, publisher_id, territory, sum(seconds) as seconds, sum(plays) as plays, sum(children) as children,
                sum(seconds_kept) as seconds_kept, sum(plays_kept) as plays_kept, sum(children_kept) as children_kept,
                starts_on <= (select max(requested_at) + interval '1 hour' from erasures) is true as erased_since
            from both_sides group by 1, 2, 3, 4, 5
        ), wrong as (
            select grain, {GrainNames} as name, starts_on, book_id, publisher_id, territory,
                case when erased_since then greatest(seconds, seconds_kept) else seconds end as seconds,
                case when erased_since then greatest(plays, plays_kept) else plays end as plays,
                case when erased_since then greatest(children, children_kept) else children end as children
            from cells
            where (seconds > seconds_kept or plays > plays_kept or children > children_kept
                or (not erased_since and (seconds, plays, children) <> (seconds_kept, plays_kept, children_kept))) and $1 >= {Partitions.OldestEvents}
        ), daily as (
            insert into daily_usages (day, book_id, publisher_id, territory, seconds_watched, plays, children, updated_at)
            select starts_on, book_id, publisher_id, territory, seconds, plays, children, $3 from wrong where grain = {DailyGrain}
            on conflict (day, book_id, publisher_id, territory) do update
                set seconds_watched = excluded.seconds_watched, plays = excluded.plays, children = excluded.children, updated_at = excluded.updated_at
        ), totals as (
            insert into usage_totals (grain, starts_on, publisher_id, book_id, seconds_watched, plays, children, updated_at)
            select name, starts_on, publisher_id, book_id, seconds, plays, children, $3 from wrong where name is not null
            on conflict (grain, starts_on, publisher_id, book_id) do update
                set seconds_watched = excluded.seconds_watched, plays = excluded.plays, children = excluded.children, updated_at = excluded.updated_at
        )
        select count(*) from wrong
        """;

    /// <summary>
    /// Why the events of a month (<c>$1</c> up to <c>$2</c>) must stay, or null. The first day after it needs them too, for what reaches into it, and so do erasures, whose
    /// events the watermark has passed without counting them.
    /// </summary>
    public const string WhyEventsStay = """
        select case
            when (select system_identifier from roll_up_marks) <> (select system_identifier from pg_control_system())
                or exists (select from usage_events where occurred_at >= $1::timestamptz and occurred_at < ($2 + 1)::timestamptz
                    and transaction_id >= (select watermark from roll_up_marks)) then 'not all of it is rolled up'
            when exists (select from erasures where usage_watermark is not null) then 'an erasure is not settled'
            when $3 and exists (select from (select distinct occurred_at::date as day from usage_events where occurred_at >= $1::timestamptz and occurred_at < $2::timestamptz) e
                where not exists (select from archived_days a where a.day = e.day)) then 'not all of it is archived'
        end
        """;
}
