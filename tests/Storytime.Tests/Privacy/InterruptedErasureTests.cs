using System.Net;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Storytime.Privacy;
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

public sealed class AppleErasureTests : IClassFixture<StorytimeApp>
{
    private readonly StorytimeApp _app;
    private readonly List<string> _asked = [];
    private bool _answers;

    public AppleErasureTests(StorytimeApp app)
    {
        app.With(services => services.AnswerForApple(token =>
        {
            _asked.Add(Convert.ToHexString(token));
            return _answers ? Task.CompletedTask : throw new HttpRequestException("Apple does not answer.");
        }));
        _app = app;
    }

    [Fact]
    public async Task Apple_is_asked_until_it_confirms_and_for_seven_days_at_most()
    {
        var (confirmed, silent) = (await DeleteWithAppleAsync("01"), await DeleteWithAppleAsync("02"));
        await _app.EraseAsync();
        (await ReadAsync(confirmed), await ReadAsync(silent)).ShouldBe((false, false));
        // Both passes asked for both; what is ours is gone long before Apple answers.
        _asked.ShouldBe(["01", "02", "01", "02"], ignoreOrder: true);
        _answers = true;
        await _app.RunAsync<EraseData>(j => j.RunAsync(confirmed.Id, CancellationToken.None));
        (await ReadAsync(confirmed)).ShouldBeTrue();

        _answers = false;
        var before = _asked.Count;
        for (var hours = 0; hours < 7 * 24; hours++)
        {
            (await ReadAsync(silent)).ShouldBeFalse();
            _app.Clock.Advance(TimeSpan.FromHours(1));
            await _app.RunAsync<EraseData>(j => j.SweepAsync(CancellationToken.None));
        }
        _app.Clock.Advance(TimeSpan.FromHours(6));
        await _app.RunAsync<EraseData>(j => j.SweepAsync(CancellationToken.None));
        (await ReadAsync(silent)).ShouldBeTrue();
        (_asked.Count - before).ShouldBeInRange(20, 60);
    }

    private async Task<(long Id, string Receipt)> DeleteWithAppleAsync(string token)
    {
        var parent = await _app.ParentAsync();
        var id = (await parent.GetAsync("/api/v1/me"))["id"];
        await _app.SqlAsync($"insert into apple_identities (user_id, subject, sealed_refresh_token, created_at) values ({id}, 'subject-{token}', '\\x{token}', now())");
        var receipt = (await parent.DeleteAsync("/api/v1/me")).ShouldBe(HttpStatusCode.NoContent).Headers.Location!.ToString();
        return ((long)(await _app.SqlAsync($"select id from erasures where receipt = '{receipt.Split('/')[^1]}'"))!, receipt);
    }

    private async Task<bool> ReadAsync((long Id, string Receipt) erasure) => (await _app.Client().GetAsync(erasure.Receipt))["completed_at"] is not null;
}
