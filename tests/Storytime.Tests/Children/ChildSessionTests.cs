using System.Net;
using Storytime.Tests.Accounts;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Children;

public sealed class ChildSessionTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    [Fact]
    public async Task A_childs_token_is_403_on_every_parent_endpoint()
    {
        var (parent, child) = await app.FamilyAsync();
        var device = await app.HandOverAsync(parent, child);
        var routes = (await app.Client().GetAsync("/openapi/v1.json"))["paths"]!.AsObject()
            .Where(p => p.Key.StartsWith("/api/v1/", StringComparison.Ordinal) && !p.Key.StartsWith("/api/v1/auth/", StringComparison.Ordinal)
                && !p.Key.StartsWith("/api/v1/privacy/", StringComparison.Ordinal))
            .SelectMany(p => p.Value!.AsObject().Select(o => (Method: o.Key.ToUpperInvariant(), Path: p.Key))).ToList();
        string[] childs = ["GET /api/v1/children/{id}/library", "POST /api/v1/children/{id}/playback_sessions", "POST /api/v1/usage_events"];
        var parents = routes.Where(r => !childs.Contains($"{r.Method} {r.Path}")).ToList();
        (routes.Count - parents.Count).ShouldBe(childs.Length);
        parents.Count.ShouldBeGreaterThanOrEqualTo(10);
        foreach (var (method, path) in parents)
        {
            var address = path.Replace("sessions/{id}", $"sessions/{Guid.Empty}").Replace("{id}", $"{child}").Replace("{bookId}", "1").Replace("{sessionId}", "1");
            (await device.SendAsync(new HttpMethod(method), address, method is "POST" or "PATCH" ? "{}" : null)).ShouldBeError(HttpStatusCode.Forbidden, "forbidden");
        }
    }

    [Fact]
    public async Task A_childs_token_opens_its_own_shelf_only()
    {
        var book = await app.BookAsync();
        var (parent, child) = await app.FamilyAsync(book);
        var device = await app.HandOverAsync(parent, child);
        (await device.GetAsync($"/api/v1/children/{child}/library")).ShouldBe(HttpStatusCode.OK)["data"]!.AsArray().Count.ShouldBe(1);
        var sibling = await parent.ChildAsync("Ben");
        (await device.GetAsync($"/api/v1/children/{sibling}/library")).ShouldBeError(HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task Revoking_ends_child_mode_at_once()
    {
        var (parent, child) = await app.FamilyAsync();
        var device = await app.HandOverAsync(parent, child);
        (await device.GetAsync($"/api/v1/children/{child}/library")).ShouldBe(HttpStatusCode.OK);
        var session = (await parent.GetAsync($"/api/v1/children/{child}/child_sessions"))["data"]![0]!;
        ((string?)session["device_name"]).ShouldBe("iPad");
        (await parent.DeleteAsync($"/api/v1/children/{child}/child_sessions/{session["id"]}")).ShouldBe(HttpStatusCode.NoContent);
        (await device.GetAsync($"/api/v1/children/{child}/library")).ShouldBeError(HttpStatusCode.Unauthorized, "unauthenticated");
        (await parent.GetAsync($"/api/v1/children/{child}/child_sessions"))["data"]![0]!["revoked_at"].ShouldNotBeNull();
    }

    [Fact]
    public async Task A_hand_over_that_meets_a_new_password_does_not_outlive_it()
    {
        var (parent, child) = await app.FamilyAsync();
        var email = (string)(await parent.GetAsync("/api/v1/me"))["email"]!;
        await app.ForgetAsync(email);
        var link = await app.LinkTokenAsync(email, "reset-password");
        Task<Answer> handOver, reset;
        // The hand-over is past the check of its token, and waits for the child.
        await using (await HeldLock.TakeAsync(app, $"select from child_profiles where id = {child} for update"))
        {
            handOver = parent.PostAsync($"/api/v1/children/{child}/child_sessions");
            await app.WaitersAsync(1, handOver);
            reset = app.ResetAsync(link);
            await app.WaitersAsync(2, reset);
        }
        (await reset).ShouldBe(HttpStatusCode.NoContent);
        var device = app.Client((string)(await handOver).ShouldBe(HttpStatusCode.Created)["token"]!);
        (await device.GetAsync($"/api/v1/children/{child}/library")).ShouldBeError(HttpStatusCode.Unauthorized, "unauthenticated");
    }
}

public sealed class ChildSessionExpiryTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    [Fact]
    public async Task A_child_session_ends_after_thirty_days()
    {
        var (parent, child) = await app.FamilyAsync();
        var device = await app.HandOverAsync(parent, child);
        app.Clock.Advance(TimeSpan.FromDays(30));
        (await device.GetAsync($"/api/v1/children/{child}/library")).ShouldBeError(HttpStatusCode.Unauthorized, "token_expired");
    }
}
