using Npgsql;
using Storytime.Tests.Privacy;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Data;

/// <summary>An issued statement never changes, whoever asks the database, and however.</summary>
public sealed class IssuedStatementTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    private const string Rows = "select string_agg(s::text, ' ' order by id) || (select string_agg(l::text, ' ' order by id) from statement_lines l) from publisher_statements s";

    [Theory]
    [InlineData("update publisher_statements set total_cents = 99 where status = 'issued'")]
    [InlineData("update publisher_statements set status = 'draft', issued_at = null, content_hash = null, canonical_content = null where status = 'issued'")]
    [InlineData("update publisher_statements set updated_at = now()")]
    [InlineData("delete from publisher_statements where status = 'issued'")]
    [InlineData("delete from publisher_statements")]
    [InlineData("truncate publisher_statements cascade")]
    [InlineData("truncate statement_lines")]
    [InlineData("insert into statement_lines (statement_id, position, kind, description, seconds_watched, amount_cents) select id, 9, 'usage', 'More', 0, 5 from publisher_statements where status = 'issued'")]
    [InlineData("update statement_lines l set amount_cents = 99 from publisher_statements s where s.id = l.statement_id and s.status = 'issued'")]
    [InlineData("delete from statement_lines l using publisher_statements s where s.id = l.statement_id and s.status = 'issued'")]
    // A line of a draft that slips into an issued one, and the other way round.
    [InlineData("update statement_lines set statement_id = (select max(id) from publisher_statements where status = 'issued'), position = 8 where statement_id in (select id from publisher_statements where status = 'draft')")]
    [InlineData("update statement_lines set statement_id = (select max(id) from publisher_statements where status = 'draft'), position = 8 where statement_id in (select id from publisher_statements where status = 'issued')")]
    [InlineData("merge into statement_lines l using publisher_statements s on s.id = l.statement_id and s.status = 'issued' when matched then update set description = 'x'")]
    public async Task Nothing_changes_an_issued_statement_or_its_lines(string change)
    {
        await MakeAsync();
        var before = await app.SqlAsync(Rows);
        var refusal = await Should.ThrowAsync<PostgresException>(() => app.SqlAsync(change));
        (refusal.SqlState, refusal.ConstraintName).ShouldBe((PostgresErrorCodes.IntegrityConstraintViolation, "issued_statements_stay"));
        (await app.SqlAsync(Rows)).ShouldBe(before);
    }

    [Fact]
    public async Task A_draft_may_change_be_issued_and_be_deleted()
    {
        await MakeAsync();
        await app.SqlAsync("""
            update publisher_statements set total_cents = 7 where status = 'draft';
            update statement_lines set amount_cents = 7 where statement_id in (select id from publisher_statements where status = 'draft');
            delete from statement_lines where statement_id in (select id from publisher_statements where status = 'draft');
            delete from publisher_statements where status = 'draft'
            """);
        await MakeAsync();
        await app.SqlAsync("update publisher_statements set status = 'issued', issued_at = now(), content_hash = '\\x02', canonical_content = '{}' where status = 'draft'");
        (await app.SqlAsync("select count(*) from publisher_statements where status = 'draft'")).ShouldBe(0L);
    }

    [Fact]
    public async Task No_line_slips_into_a_statement_that_is_being_issued()
    {
        await MakeAsync();
        Task late;
        await using (await HeldLock.TakeAsync(app, "update publisher_statements set status = 'issued', issued_at = now(), content_hash = '\\x02', canonical_content = '{}' where status = 'draft'"))
        {
            late = app.SqlAsync("""
                insert into statement_lines (statement_id, position, kind, description, seconds_watched, amount_cents)
                select max(id), 9, 'usage', 'More', 0, 5 from publisher_statements where status = 'draft'
                """);
            await app.WaitersAsync(1, late);
        }
        (await Should.ThrowAsync<PostgresException>(() => late)).ConstraintName.ShouldBe("issued_statements_stay");
    }

    /// <summary>An issued statement with a line, and a draft with one.</summary>
    private async Task MakeAsync()
    {
        await app.IssueStatementAsync(await app.BookAsync(video: false));
        await app.SqlAsync($"""
            with s as (
                insert into publisher_statements (publisher_id, month, currency, status, total_cents, created_at, updated_at)
                values ({await app.PublisherAsync()}, '2026-02-01', 'USD', 'draft', 5, now(), now()) returning id)
            insert into statement_lines (statement_id, position, kind, description, seconds_watched, amount_cents) select id, 1, 'usage', 'Minutes', 40, 5 from s
            """);
    }
}
