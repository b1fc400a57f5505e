using System.Net;
using Storytime.Privacy;
using Storytime.Tests.Testing;
using static Storytime.Tests.Reporting.StatementScene;

namespace Storytime.Tests.Reporting;

public sealed class StatementEndToEndTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    [Fact]
    public async Task From_heartbeats_to_an_issued_statement_its_adjustment_and_the_erasure_of_a_child_right_to_the_cent()
    {
        // The 20th of the next month at noon, so that all that follows stays within the days that events are taken for.
        var first = new DateTimeOffset(app.Now.Year, app.Now.Month, 1, 0, 0, 0, TimeSpan.Zero).AddMonths(1);
        app.Clock.SetUtcNow(first.AddDays(19).AddHours(12));
        var ledger = await StatementScene.OpenAsync(app, DateOnly.FromDateTime(first.UtcDateTime));
        var (ours, theirs) = (await PlayableAsync(ledger.Publisher), await PlayableAsync(await app.PublisherAsync()));
        await ledger.ContractAsync(1, 12, "rev_share_bps=3000");
        await ledger.RevenueAsync(1, 50_000);
        var (parent, mia) = await app.FamilyAsync(ours, theirs);
        var at = first.AddDays(18).AddHours(10);
        // 10 minutes of ours, 20 of the others'; 5 of ours that two devices report count once.
        await parent.WatchAsync(mia, ours, at, at.AddMinutes(10));
        await parent.WatchAsync(mia, ours, at.AddMinutes(5), at.AddMinutes(10));
        await parent.WatchAsync(mia, theirs, at.AddHours(1), at.AddHours(1).AddMinutes(20));
        await app.RollUpAsync();
        var id = await ledger.DraftAsync(1);
        // 500.00 × 600 of 1,800 seconds × 30 % = 50.00.
        ((long)(await ledger.ReadAsync(id))["total_cents"]!).ShouldBe(5000);

        app.Clock.SetUtcNow(first.AddMonths(1).AddHours(1));
        ledger = await ledger.SignInAsync();
        Problems(await ledger.ReadAsync(id)).ShouldHaveSingleItem().ShouldContain("roll-up");
        await app.RollUpAsync();
        var issued = (await ledger.IssueAsync(id)).ShouldBe(HttpStatusCode.Created).Json;
        Lines(issued).ShouldBe(["revenue_share The Moon Boat 5000"]);

        // A tablet that was offline: 10 more minutes of ours, so 500.00 × 1,200 of 2,400 seconds × 30 % = 75.00.
        var (other, leo) = await app.FamilyAsync(ours);
        await other.WatchAsync(leo, ours, at, at.AddMinutes(10));
        await app.RollUpAsync();
        var next = await ledger.DraftAsync(2);
        Lines(await ledger.ReadAsync(next)).ShouldBe([$"adjustment {ledger.Month(1)} 2500"]);

        (await other.DeleteAsync($"/api/v1/children/{leo}")).ShouldBe(HttpStatusCode.NoContent);
        await app.RunAsync<EraseData>(j => j.SweepAsync(TestContext.Current.CancellationToken));
        await app.RollUpAsync();
        (await app.SqlAsync($"select count(*) from usage_events where child_profile_id = {leo}")).ShouldBe(0L);
        (await ledger.ReadAsync(id)).ToJsonString().ShouldBe(issued.ToJsonString());
        Lines(await ledger.ReadAsync(next)).ShouldBe([$"adjustment {ledger.Month(1)} 2500"]);
        ((bool)(await ledger.Finance.GetAsync($"{StatementScene.Path}/{id}/verification"))["hash_matches"]!).ShouldBeTrue();

        await ledger.RevenueAsync(2, 10_000);
        app.Clock.SetUtcNow(first.AddMonths(2).AddHours(1));
        await app.RollUpAsync();
        ledger = await ledger.SignInAsync();
        ((long)(await ledger.IssueAsync(next)).ShouldBe(HttpStatusCode.Created)["total_cents"]!).ShouldBe(2500);
    }

    private async Task<long> PlayableAsync(long publisher)
    {
        var book = await app.BookAsync(publisherId: publisher);
        await app.WindowAsync(publisher, book, app.Now.AddDays(-40), app.Now.AddDays(100));
        return book;
    }
}
