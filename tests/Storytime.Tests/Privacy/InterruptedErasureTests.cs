using System.Net;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Storytime.Privacy;
using Storytime.Tests.Accounts;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Privacy;

public sealed class InterruptedErasureTests : IClassFixture<StorytimeApp>
{
    private readonly StorytimeApp _app;

    public InterruptedErasureTests(StorytimeApp app) => _app = app;

    [Theory]
    [InlineData("delete", "usage_events", "true")]
    // Between two chunks: the first one is gone and counted.
    [InlineData("update", "erasures", "(new.deleted ->> 'usage_events')::int > 5000")]
    [InlineData("delete", "playback_sessions", "true")]
    [InlineData("delete", "playback_attempts", "true")]
    [InlineData("update", "erasures", "new.due_at > old.due_at")]
    [InlineData("update", "erasures", "new.completed_at is not null")]
    public async Task Wherever_the_job_is_killed_the_next_run_goes_on_and_each_row_counts_once(string change, string table, string when)
    {
        var (parent, child) = await _app.FamilyAsync();
        var other = (long)(await _app.SqlAsync($"select {child} + 1000000::bigint"))!;
        await _app.SqlAsync($"""
            insert into usage_events (child_profile_id, book_id, event_id, event_type, occurred_at, created_at)
                select c, 1, gen_random_uuid(), 'heartbeat', now() - n * interval '2 minutes', now() from generate_series(1, 12000) n, unnest(array[{child}, {other}]) c where c = {child} or n <= 5;
            insert into playback_sessions (child_profile_id, book_id, video_asset_id, issued_at, expires_at, created_at)
                select {child}, 1, 1, now() - n * interval '1 day', now(), now() from generate_series(1, 40) n;
            insert into playback_attempts (user_id, child_profile_id, book_id, granted, created_at) select 1, {child}, 1, false, now() - n * interval '1 day' from generate_series(1, 40) n
            """);
        var receipt = (await parent.DeleteAsync($"/api/v1/children/{child}")).ShouldBe(HttpStatusCode.NoContent).Headers.Location!.ToString();
        var id = (long)(await _app.SqlAsync($"select id from erasures where receipt = '{receipt.Split('/')[^1]}'"))!;
        await _app.SqlAsync($"""
            create function kill() returns trigger language plpgsql as $$ begin raise exception 'killed'; end $$;
            create trigger kill before {change} on {table} for each row {(change == "update" ? $"when ({when})" : "")} execute function kill()
            """);

        var killed = 0;
        for (var pass = 0; pass < 2; pass++)
        {
            try
            {
                await _app.RunAsync<EraseData>(j => j.RunAsync(id, CancellationToken.None));
            }
            catch (Exception e) when (e is PostgresException or DbUpdateException)
            {
                killed++;
                (await _app.Client().GetAsync(receipt))["completed_at"].ShouldBeNull();
            }
            _app.Clock.Advance(Erasure.LastPassAfter);
        }
        killed.ShouldBeGreaterThan(0);
        await _app.SqlAsync("drop function kill() cascade");
        await _app.EraseAsync();

        var done = await _app.Client().GetAsync(receipt);
        done["completed_at"].ShouldNotBeNull();
        ((int)done["deleted"]!["usage_events"]!, (int)done["deleted"]!["playback_sessions"]!, (int)done["deleted"]!["playback_attempts"]!).ShouldBe((12000, 40, 40));
        (await _app.SqlAsync($"select (select count(*) from usage_events where child_profile_id = {child}) + (select count(*) from playback_sessions where child_profile_id = {child})")).ShouldBe(0L);
        (await _app.SqlAsync($"select count(*) from usage_events where child_profile_id = {other}")).ShouldBe(5L);
    }

    [Fact]
    public async Task It_does_not_end_while_a_month_is_detached_where_its_rows_may_be()
    {
        var (parent, child) = await _app.FamilyAsync();
        var month = _app.Now.AddMonths(-20);
        await _app.SqlAsync($"select ensure_month_partition('usage_events', '{month:yyyy-MM-dd}')");
        await _app.StoreEventsAsync(child, [(1, null, "play_start", month)]);
        await _app.SqlAsync($"alter table usage_events detach partition usage_events_{month:yyyy_MM}");
        var receipt = (await parent.DeleteAsync($"/api/v1/children/{child}")).ShouldBe(HttpStatusCode.NoContent).Headers.Location!.ToString();
        await _app.EraseAsync();
        (await _app.Client().GetAsync(receipt))["completed_at"].ShouldBeNull();
        await _app.SqlAsync($"drop table usage_events_{month:yyyy_MM}");
        await _app.EraseAsync();
        (await _app.Client().GetAsync(receipt))["completed_at"].ShouldNotBeNull();
    }

    [Fact]
    public async Task One_erasure_that_fails_does_not_keep_the_next_one()
    {
        var (first, second) = (await _app.FamilyAsync(), await _app.FamilyAsync());
        await first.Parent.DeleteAsync($"/api/v1/children/{first.ChildId}");
        var receipt = (await second.Parent.DeleteAsync($"/api/v1/children/{second.ChildId}")).Headers.Location!.ToString();
        await _app.SqlAsync($"""
            create function kill() returns trigger language plpgsql as $$ begin raise exception 'killed'; end $$;
            create trigger kill before update on erasures for each row when (old.child_profile_ids = array[{first.ChildId}::bigint]) execute function kill()
            """);
        await _app.EraseAsync();
        await _app.SqlAsync("drop function kill() cascade");
        (await _app.Client().GetAsync(receipt))["completed_at"].ShouldNotBeNull();
    }
}

public sealed class AppleErasureTests(AppleApp apple) : IClassFixture<AppleApp>
{
    [Fact]
    public async Task Apple_is_told_of_a_deleted_account_until_it_confirms_and_for_seven_days_at_most()
    {
        var (confirmed, silent) = (await DeleteAsync("first"), await DeleteAsync("second"));
        apple.Issuer.Revocation = (500, "");
        await apple.App.EraseAsync();
        (await IsCompleteAsync(confirmed), await IsCompleteAsync(silent)).ShouldBe((false, false));
        // Both passes asked for both; what is ours is gone long before Apple answers.
        Asked("first").ShouldBeGreaterThanOrEqualTo(2);
        (await apple.App.SqlAsync("select count(*) from users")).ShouldBe(0L);

        apple.Issuer.Revocation = (200, "");
        await apple.App.RunAsync<EraseData>(j => j.RunAsync(confirmed.Id, CancellationToken.None));
        (await IsCompleteAsync(confirmed)).ShouldBeTrue();

        apple.Issuer.Revocation = (500, "");
        var before = Asked("second");
        for (var hours = 0; hours < 7 * 24; hours++)
        {
            (await IsCompleteAsync(silent)).ShouldBeFalse();
            apple.App.Clock.Advance(TimeSpan.FromHours(1));
            await apple.App.RunAsync<EraseData>(j => j.SweepAsync(CancellationToken.None));
        }
        apple.App.Clock.Advance(TimeSpan.FromHours(6));
        await apple.App.RunAsync<EraseData>(j => j.SweepAsync(CancellationToken.None));
        (await IsCompleteAsync(silent)).ShouldBeTrue();
        (Asked("second") - before).ShouldBeInRange(20, 60);
    }

    private int Asked(string token) => apple.Issuer.Revoked.Count(r => r == $"{AppleIssuer.ClientId} {token}");

    private async Task<(long Id, string Receipt)> DeleteAsync(string refreshToken)
    {
        var subject = apple.NewSubject();
        var code = Guid.NewGuid().ToString();
        apple.Issuer.Codes[code] = (subject, refreshToken);
        var signedIn = (await apple.SignInAsync(apple.Token(subject, Families.NewEmail()), code: code)).ShouldBe(HttpStatusCode.Created);
        var receipt = (await apple.App.Client((string)signedIn["jwt"]!).DeleteAsync("/api/v1/me")).ShouldBe(HttpStatusCode.NoContent).Headers.Location!.ToString();
        return ((long)(await apple.App.SqlAsync($"select id from erasures where receipt = '{receipt.Split('/')[^1]}'"))!, receipt);
    }

    private async Task<bool> IsCompleteAsync((long Id, string Receipt) erasure) => (await apple.App.Client().GetAsync(erasure.Receipt))["completed_at"] is not null;
}
