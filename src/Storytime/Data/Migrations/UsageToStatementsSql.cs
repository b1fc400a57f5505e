namespace Storytime.Data.Migrations;

/// <summary>The parts of the migration that the model cannot say.</summary>
internal static class UsageToStatementsSql
{
    public const string ViewingDays = """
        create table viewing_days (
            child_profile_id bigint not null,
            day date not null,
            book_id bigint not null,
            publisher_id bigint,
            territory character(2) not null,
            seconds_watched integer not null,
            plays integer not null,
            furthest_seconds double precision,
            constraint pk_viewing_days primary key (child_profile_id, day, book_id),
            constraint ck_viewing_days_counts check (seconds_watched between 0 and 86400 and plays >= 0 and seconds_watched + plays > 0)
        ) partition by range (day);

        select ensure_month_partition('viewing_days', (now() at time zone 'UTC' + ahead * interval '1 month')::date) from generate_series(-2, 3) as ahead;
        """;

    /// <summary>What is there already counts for those who own the books today; erasures that are under way have all their events still to be rolled up.</summary>
    public const string ExistingRows = """
        update usage_events e set transaction_id = 0,
            publisher_id = (select publisher_id from books where id = e.book_id),
            territory = coalesce((select u.country from child_profiles c join users u on u.id = c.user_id where c.id = e.child_profile_id), 'ZZ');

        update erasures set usage_watermark = 0 where completed_at is null;

        insert into roll_up_marks (id, watermark, system_identifier) select 1, 0, system_identifier from pg_control_system();
        """;

    public const string IssuedStatements = """
        create function issued_statements_stay() returns trigger language plpgsql as $$
        begin
            if tg_op = 'TRUNCATE' then
                raise exception 'Statements are not truncated: issued ones never change.' using errcode = 'integrity_constraint_violation', constraint = 'issued_statements_stay';
            end if;
            if old.status = 'issued' then
                raise exception 'Statement % is issued: it never changes.', old.id using errcode = 'integrity_constraint_violation', constraint = 'issued_statements_stay';
            end if;
            return case tg_op when 'DELETE' then old else new end;
        end $$;

        create trigger issued_statements_stay before update or delete on publisher_statements for each row execute function issued_statements_stay();
        create trigger issued_statements_are_not_truncated before truncate on publisher_statements for each statement execute function issued_statements_stay();

        create function lines_of_issued_statements_stay() returns trigger language plpgsql as $$
        declare
            issued bigint;
        begin
            if tg_op = 'TRUNCATE' then
                raise exception 'Lines of statements are not truncated: those of issued ones never change.'
                    using errcode = 'integrity_constraint_violation', constraint = 'issued_statements_stay';
            end if;
            -- Waits for whoever is issuing, so that no line slips in meanwhile; the next statement then sees what became of it.
            perform from publisher_statements
                where id in (case when tg_op <> 'INSERT' then old.statement_id end, case when tg_op <> 'DELETE' then new.statement_id end) order by id for share;
            select id into issued from publisher_statements
                where status = 'issued' and id in (case when tg_op <> 'INSERT' then old.statement_id end, case when tg_op <> 'DELETE' then new.statement_id end) limit 1;
            if issued is not null then
                raise exception 'Statement % is issued: its lines never change.', issued using errcode = 'integrity_constraint_violation', constraint = 'issued_statements_stay';
            end if;
            return case tg_op when 'DELETE' then old else new end;
        end $$;

        create trigger issued_statements_stay before insert or update or delete on statement_lines for each row execute function lines_of_issued_statements_stay();
        create trigger issued_statements_are_not_truncated before truncate on statement_lines for each statement execute function lines_of_issued_statements_stay();
        """;

    public const string DropIssuedStatements = """
        drop trigger issued_statements_stay on publisher_statements;
        drop trigger issued_statements_are_not_truncated on publisher_statements;
        drop trigger issued_statements_stay on statement_lines;
        drop trigger issued_statements_are_not_truncated on statement_lines;
        drop function issued_statements_stay();
        drop function lines_of_issued_statements_stay();
        """;
}
