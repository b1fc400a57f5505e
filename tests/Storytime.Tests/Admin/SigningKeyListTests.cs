using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Storytime.Playback;
using Storytime.Tests.Playback;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Admin;

public sealed class SigningKeyListTests(Database database)
{
    private const string Keys = "/admin/api/v1/signing_keys";

    [Fact]
    public async Task A_key_of_the_settings_is_known_since_the_start_and_no_secret_is_told()
    {
        await using var app = new StorytimeApp(database).With("Auth:AdminTokenLifetime", "100.00:00:00");
        await app.InitializeAsync();
        var admin = await app.AdminAsync();
        var started = app.Now;
        await app.SqlAsync($"insert into archive_keys (month, key) values ('{new DateOnly(started.Year, started.Month, 1):yyyy-MM-dd}', decode(repeat('ab', 32), 'hex'))");
        app.Clock.Advance(TimeSpan.FromDays(3));
        var answer = (await admin.GetAsync(Keys)).ShouldBe(HttpStatusCode.OK);
        var key = answer["cloudfront"]!.AsArray().ShouldHaveSingleItem()!;
        ((string?)key["key_pair_id"], (string?)key["source"], (bool)key["signs"]!, key["made_at"], (DateTimeOffset)key["known_since"]!, (int)key["age_days"]!)
            .ShouldBe((StorytimeApp.KeyPairId, "settings", true, null, started, 3));
        ((string?)answer["archive"]!.AsArray().ShouldHaveSingleItem()!["month"]).ShouldBe($"{started:yyyy-MM}");
        ((string?)answer["auth"]!["source"]).ShouldBe("settings");
        answer.Text.ShouldNotContain("abab");
        answer.Text.ShouldNotContain("PRIVATE");
    }

    [Fact]
    public async Task A_key_that_was_replaced_is_shown_for_as_long_as_its_cookies_are_good()
    {
        await using var secrets = await FakeSecretsManager.StartAsync();
        secrets.Secret = FakeSecretsManager.NewPair("KOLD").Secret;
        await using var app = secrets.Serve(new StorytimeApp(database));
        await app.InitializeAsync();
        var admin = await app.AdminAsync();
        await SigningKeyTests.ReadyAsync(app);
        var old = (await ListAsync(admin)).ShouldHaveSingleItem()!;
        ((string?)old["key_pair_id"], (string?)old["source"], (bool)old["signs"]!).ShouldBe(("KOLD", "secrets_manager", true));

        secrets.CreatedAt = app.Now.AddDays(-2);
        secrets.Secret = FakeSecretsManager.NewPair("KNEW").Secret;
        await app.Services.GetRequiredService<SigningKeys>().RefreshAsync(TestContext.Current.CancellationToken);
        var both = await ListAsync(admin);
        both.Select(k => ((string?)k!["key_pair_id"], (bool)k["signs"]!)).ShouldBe([("KNEW", true), ("KOLD", false)]);
        ((DateTimeOffset)both[0]!["made_at"]!, (int)both[0]!["age_days"]!).ShouldBe((app.Now.AddDays(-2), 2));
        ((DateTimeOffset)both[1]!["replaced_at"]!).ShouldBe(app.Now);
        app.Clock.Advance(TimeSpan.FromMinutes(15));
        (await ListAsync(admin)).Select(k => (string?)k!["key_pair_id"]).ShouldBe(["KNEW"]);
    }

    private static async Task<JsonArray> ListAsync(ApiClient admin) => (await admin.GetAsync(Keys)).ShouldBe(HttpStatusCode.OK)["cloudfront"]!.AsArray();
}
