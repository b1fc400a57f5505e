using System.Net;
using Hangfire;
using Hangfire.Storage;
using Microsoft.Extensions.DependencyInjection;
using Storytime.Children;
using Storytime.Platform.Auth;
using Storytime.Tests.Testing;
using Storytime.Usage;

namespace Storytime.Tests.Admin;

public sealed class ReadOperationsTests(StorytimeApp app, Database database) : IClassFixture<StorytimeApp>
{
    private const string Operations = "/admin/api/v1/operations";

    [Fact]
    public async Task It_says_how_far_the_roll_up_is_what_is_healthy_and_what_runs_by_the_clock()
    {
        var admin = await app.AdminAsync();
        app.Services.GetRequiredService<IRecurringJobManager>().AddOrUpdate<CleanSessions>("clean-sessions", j => j.RunAsync(CancellationToken.None), "0 3 * * *");
        await app.RunAsync<RollUp>(r => r.RunAsync(null, CancellationToken.None));
        app.Clock.Advance(TimeSpan.FromSeconds(90));
        var now = (await admin.GetAsync(Operations)).ShouldBe(HttpStatusCode.OK);
        ((long)now["roll_up_behind_seconds"]!).ShouldBe(90);
        now["health"]!.AsArray().Select(h => ((string)h!["name"]!, (bool)h["healthy"]!, (string?)h["problem"])).ShouldBe([("database", true, null), ("signing key", true, null)]);
        var jobs = now["jobs"]!;
        jobs["workers"]!.AsArray().ShouldBeEmpty();
        var recurring = jobs["recurring"]!.AsArray().ShouldHaveSingleItem()!;
        ((string?)recurring["id"], (string?)recurring["cron"], (string?)recurring["last_run_at"]).ShouldBe(("clean-sessions", "0 3 * * *", null));
        (await (await app.EditorAsync()).GetAsync(Operations)).ShouldBeError(HttpStatusCode.Forbidden, "forbidden");
    }

    [Fact]
    public async Task Jobs_whose_storage_is_away_cannot_be_shown_and_all_the_rest_can()
    {
        await using var lost = new StorytimeApp(database).With("Console:RequireSecondFactor", "false").With(s => s.AddSingleton<JobStorage, LostStorage>());
        await lost.InitializeAsync();
        var now = (await (await lost.AdminAsync()).GetAsync(Operations)).ShouldBe(HttpStatusCode.OK);
        now["jobs"].ShouldBeNull();
        ((bool)now["health"]![0]!["healthy"]!).ShouldBeTrue();
        var browser = await ConsoleBrowser.OpenAsync(lost, AdminRole.Admin);
        (await browser.GetAsync("/admin/jobs")).ShouldBeError(HttpStatusCode.ServiceUnavailable, "unavailable");
    }

    private sealed class LostStorage : JobStorage
    {
        public override IMonitoringApi GetMonitoringApi() => throw new TimeoutException();

        public override IStorageConnection GetConnection() => throw new TimeoutException();
    }
}
