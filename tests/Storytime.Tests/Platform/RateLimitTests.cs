using System.Net;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Platform;

/// <summary>On one node, without Redis. The clock moves only when a test says so.</summary>
public sealed class RateLimitTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    [Fact]
    public async Task Devices_of_a_family_share_the_limit_of_its_account_wherever_they_are()
    {
        await using var limited = await StartAsync(("UsagePerMinutePerAccount", 3));
        var (parent, child) = await limited.FamilyAsync();
        var device = await limited.HandOverAsync(parent, child);

        (await ReportAsync(parent, "203.0.113.1")).ShouldBeTaken();
        (await ReportAsync(device, "203.0.113.2")).ShouldBeTaken();
        (await ReportAsync(device, "203.0.113.2")).ShouldBeTaken();

        (await ReportAsync(device, "203.0.113.3")).ShouldBeLimited();
        (await ReportAsync(parent, "203.0.113.1")).ShouldBeLimited();
        (await ReportAsync(await limited.ParentAsync(), "203.0.113.1")).ShouldBeTaken();
    }

    [Fact]
    public async Task A_device_that_was_taken_back_does_not_use_up_the_limit_of_its_family()
    {
        await using var limited = await StartAsync(("PlaybackPerMinutePerAccount", 3));
        var (parent, child) = await limited.FamilyAsync();
        var lost = await limited.HandOverAsync(parent, child);
        var session = (long)(await parent.GetAsync($"/api/v1/children/{child}/child_sessions"))["data"]![0]!["id"]!;
        (await parent.DeleteAsync($"/api/v1/children/{child}/child_sessions/{session}")).ShouldBe(HttpStatusCode.NoContent);

        for (var i = 0; i < 10; i++)
            (await lost.PlayAsync(child, 1)).ShouldBeError(HttpStatusCode.Unauthorized, "unauthenticated");
        (await PlayAsync((parent, child), "203.0.113.1")).ShouldBeTaken();
    }

    [Fact]
    public async Task All_families_behind_one_address_share_its_limit()
    {
        await using var limited = await StartAsync(("PlaybackPerMinutePerAddress", 2));
        var families = new[] { await limited.FamilyAsync(), await limited.FamilyAsync(), await limited.FamilyAsync() };

        (await PlayAsync(families[0], "2001:db8:1:2::1")).ShouldBeTaken();
        (await PlayAsync(families[1], "2001:db8:1:2::2")).ShouldBeTaken();
        (await PlayAsync(families[2], "2001:db8:1:2:3::3")).ShouldBeLimited();
        (await PlayAsync(families[2], "2001:db8:1:3::3")).ShouldBeTaken();
        // Limits of one kind are nothing to the other.
        (await ReportAsync(families[2].Parent, "2001:db8:1:2:3::3")).ShouldBeTaken();
    }

    [Fact]
    public async Task Exports_and_erasures_of_a_family_have_one_limit()
    {
        await using var limited = await StartAsync(("PrivacyPerMinutePerAccount", 2));
        var (parent, child) = await limited.FamilyAsync();
        (await parent.GetAsync("/api/v1/me/export")).ShouldBe(HttpStatusCode.OK);
        (await parent.GetAsync($"/api/v1/children/{child}/export")).ShouldBe(HttpStatusCode.OK);
        (await parent.GetAsync("/api/v1/me/export")).ShouldBeLimited();
        (await parent.DeleteAsync("/api/v1/me/consents")).ShouldBeLimited();
        (await parent.DeleteAsync($"/api/v1/children/{child}")).ShouldBeLimited();
        (await (await limited.ParentAsync()).GetAsync("/api/v1/me/export")).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Who_looks_at_a_receipt_too_often_can_still_sign_in()
    {
        await using var limited = await StartAsync(("ReceiptsPerMinute", 2), ("AuthPerMinute", 1));
        for (var i = 0; i < 2; i++)
            (await limited.Client().GetAsync($"/api/v1/privacy/erasures/{Guid.NewGuid()}")).ShouldBeError(HttpStatusCode.NotFound, "not_found");
        (await limited.Client().GetAsync($"/api/v1/privacy/erasures/{Guid.NewGuid()}")).ShouldBeLimited();
        await limited.ParentAsync();
    }

    [Fact]
    public async Task Who_is_not_signed_in_is_limited_by_address()
    {
        await using var limited = await StartAsync(("UsagePerMinutePerAddress", 2), ("UsagePerMinutePerAccount", 1));
        (await ReportAsync(limited.Client(), "203.0.113.1")).ShouldBeError(HttpStatusCode.Unauthorized, "unauthenticated");
        (await ReportAsync(limited.Client("no token"), "203.0.113.1")).ShouldBeError(HttpStatusCode.Unauthorized, "unauthenticated");
        (await ReportAsync(limited.Client(), "203.0.113.1")).ShouldBeLimited();
        (await ReportAsync(limited.Client(), "203.0.113.2")).ShouldBeError(HttpStatusCode.Unauthorized, "unauthenticated");
    }

    [Fact]
    public async Task A_request_that_one_limit_refuses_is_not_counted_by_the_other()
    {
        await using var limited = await StartAsync(("UsagePerMinutePerAddress", 3), ("UsagePerMinutePerAccount", 2));
        var (first, second) = (await limited.ParentAsync(), await limited.ParentAsync());
        for (var i = 0; i < 2; i++)
            (await ReportAsync(first, "203.0.113.1")).ShouldBeTaken();
        for (var i = 0; i < 5; i++)
            (await ReportAsync(first, "203.0.113.1")).ShouldBeLimited();

        // One family that sends too much has left room for the others behind its address.
        (await ReportAsync(second, "203.0.113.1")).ShouldBeTaken();
        for (var i = 0; i < 5; i++)
            (await ReportAsync(second, "203.0.113.1")).ShouldBeLimited();
        // And a full address has cost the account nothing.
        (await ReportAsync(second, "203.0.113.2")).ShouldBeTaken();
        (await ReportAsync(second, "203.0.113.2")).ShouldBeLimited();
    }

    [Fact]
    public async Task After_the_time_that_Retry_After_says_a_request_passes()
    {
        await using var limited = await StartAsync(("UsagePerMinutePerAddress", 2), ("UsagePerMinutePerAccount", 1));
        var (first, second) = (await limited.ParentAsync(), await limited.ParentAsync());
        (await ReportAsync(first, "203.0.113.1")).ShouldBeTaken();
        limited.Clock.Advance(TimeSpan.FromSeconds(20.5));
        (await ReportAsync(second, "203.0.113.1")).ShouldBeTaken();

        // The address is free in 40 seconds, this account in 60: the answer is about both.
        var wait = (await ReportAsync(second, "203.0.113.1")).ShouldBeLimited();
        wait.ShouldBe(TimeSpan.FromSeconds(60));
        (await ReportAsync(first, "203.0.113.1")).ShouldBeLimited().ShouldBe(TimeSpan.FromSeconds(40));
        limited.Clock.Advance(wait - TimeSpan.FromSeconds(1));
        (await ReportAsync(second, "203.0.113.1")).ShouldBeLimited().ShouldBe(TimeSpan.FromSeconds(1));
        limited.Clock.Advance(TimeSpan.FromSeconds(1));
        (await ReportAsync(second, "203.0.113.1")).ShouldBeTaken();
    }

    [Theory]
    // What the client wrote itself stands left of what the proxies have seen.
    [InlineData("198.51.100.{0}, 203.0.113.1", true)]
    [InlineData("198.51.100.{0}, 203.0.113.1, 127.0.0.9", true)]
    [InlineData("nonsense{0}, 203.0.113.1", true)]
    // Nobody who may say so has seen it.
    [InlineData("198.51.100.{0}", false)]
    [InlineData("198.51.100.{0}, 127.0.0.9", false)]
    public async Task An_address_that_the_client_made_up_does_not_get_around_the_limit(string forwardedFor, bool proxyIsKnown)
    {
        await using var limited = Limited(("AuthPerMinute", 2)).With("Proxies:Networks:0", proxyIsKnown ? "127.0.0.0/8" : "10.0.0.0/8");
        await limited.InitializeAsync();
        for (var i = 1; i <= 2; i++)
            (await SignInAsync(limited, forwardedFor, i)).ShouldBeError(HttpStatusCode.Unauthorized, "invalid_credentials");
        (await SignInAsync(limited, forwardedFor, 3)).ShouldBeLimited();
        // Another client of the same proxy has a limit of its own, as long as the proxy is known.
        var other = await SignInAsync(limited, "203.0.113.2", 0);
        other.Status.ShouldBe(proxyIsKnown ? HttpStatusCode.Unauthorized : HttpStatusCode.TooManyRequests);

        static Task<Answer> SignInAsync(StorytimeApp app, string forwardedFor, int i) => app.Client().SendAsync(
            HttpMethod.Post, "/api/v1/auth/login", new { email = "nobody@example.com", password = "wrong" },
            r => r.Headers.TryAddWithoutValidation("X-Forwarded-For", string.Format(forwardedFor, i)));
    }

    [Fact]
    public async Task The_OpenAPI_document_says_429_where_there_is_a_limit()
    {
        var document = (await app.Client().GetAsync("/openapi/v1.json")).ShouldBe(HttpStatusCode.OK).Json;
        var limited = document["paths"]!.AsObject().Where(p => p.Value!.AsObject().Any(o => o.Value!["responses"]!.AsObject().ContainsKey("429"))).Select(p => p.Key).ToList();
        foreach (var path in new[] { "/auth/login", "/auth/register", "/auth/refresh", "/children/{id}/playback_sessions", "/usage_events" })
            limited.ShouldContain("/api/v1" + path);
        limited.ShouldContain("/admin/api/v1/auth/login");
        limited.ShouldNotContain("/api/v1/children");
    }

    private StorytimeApp Limited(params (string Setting, int PerMinute)[] limits) =>
        limits.Aggregate(new StorytimeApp(app.ConnectionString).With("Proxies:Networks:0", "127.0.0.0/8"), (host, l) => host.With($"RateLimits:{l.Setting}", $"{l.PerMinute}"));

    private async Task<StorytimeApp> StartAsync(params (string Setting, int PerMinute)[] limits)
    {
        var host = Limited(limits);
        await host.InitializeAsync();
        return host;
    }

    private static Task<Answer> PlayAsync((ApiClient Parent, long ChildId) family, string address) => family.Parent.SendAsync(
        HttpMethod.Post, $"/api/v1/children/{family.ChildId}/playback_sessions", new { book_id = 1 }, r => r.Headers.Add("X-Forwarded-For", address));

    internal static Task<Answer> ReportAsync(ApiClient caller, string address) =>
        caller.SendAsync(HttpMethod.Post, "/api/v1/usage_events", "{}", r => r.Headers.Add("X-Forwarded-For", address));
}

internal static class LimitedAnswers
{
    /// <summary>Whatever the handler thought of it.</summary>
    public static void ShouldBeTaken(this Answer answer) => answer.Status.ShouldBeOneOf(HttpStatusCode.UnprocessableEntity, HttpStatusCode.Forbidden, HttpStatusCode.NotFound);

    /// <returns>How long the caller is told to wait.</returns>
    public static TimeSpan ShouldBeLimited(this Answer answer)
    {
        var wait = answer.ShouldBeError(HttpStatusCode.TooManyRequests, "rate_limited").Headers.RetryAfter!.Delta!.Value;
        wait.ShouldBeInRange(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        return wait;
    }
}
