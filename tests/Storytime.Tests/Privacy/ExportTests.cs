using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Storytime.Privacy;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Privacy;

public sealed class ExportTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    [Fact]
    public async Task An_export_is_a_file_of_a_documented_shape()
    {
        var book = await app.BookAsync();
        var (parent, child) = await app.FamilyAsync(book);
        (await parent.PostAsync("/api/v1/usage_events", new { child_id = child, book_id = book, event_type = "pause", occurred_at = app.Now, metadata = new { app = "Zoë 1.0", wifi = true } }))
            .ShouldBe(HttpStatusCode.Created);
        var names = new List<string>();
        foreach (var path in new[] { $"/api/v1/children/{child}/export", "/api/v1/me/export" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Authorization = new("Bearer", parent.Token);
            using var response = await parent.Http.SendAsync(request);
            response.StatusCode.ShouldBe(HttpStatusCode.OK);
            names.Add(response.Content.Headers.GetValues("Content-Disposition").Single());
            response.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
            (await response.Content.ReadAsStringAsync()).ShouldContain("Zoë 1.0");
        }
        names.ShouldBe([$"attachment; filename=\"storytime-child-{child}-{app.Now:yyyy-MM-dd}.json\"", $"attachment; filename=\"storytime-account-{app.Now:yyyy-MM-dd}.json\""]);

        var export = (await parent.GetAsync($"/api/v1/children/{child}/export")).Json;
        export.AsObject().Select(m => m.Key).ShouldBe(["format_version", "generated_at", "subject", "data"]);
        ((int)export["format_version"]!, (string?)export["generated_at"], (string?)export["subject"]).ShouldBe((1, app.Now.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'"), "child"));
        export["data"]!.AsObject().Select(m => m.Key).ShouldBe([
            "child_profiles", "screen_times", "screen_time_exceptions", "story_graces", "child_sessions", "library_items", "resume_positions",
            "playback_sessions", "playback_attempts", "usage_events", "viewing_days", "set_aside_events", "audit_entries",
        ]);
        var played = export["data"]!["usage_events"]![0]!;
        ((string?)played["event_type"], (bool)played["metadata"]!["wifi"]!, (string?)played["occurred_at"]).ShouldBe(("pause", true, app.Now.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'")));
    }

    [Fact]
    public async Task A_child_with_a_hundred_thousand_events_is_exported_as_they_are_read()
    {
        var (parent, child) = await app.FamilyAsync();
        await app.SqlAsync($"""
            insert into usage_events (child_profile_id, book_id, event_id, event_type, position_seconds, occurred_at, metadata, created_at)
            select {child}, 1, gen_random_uuid(), 'heartbeat', n % 3600, now() - n * interval '1 second', '{"{"}"app": "1.0"{"}"}', now() from generate_series(1, 100000) n
            """);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/children/{child}/export");
        request.Headers.Authorization = new("Bearer", parent.Token);
        using var response = await parent.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        response.Headers.TransferEncodingChunked.ShouldBe(true);
        await using var body = await response.Content.ReadAsStreamAsync();
        // The head is there while the rest is still to be read.
        var head = new byte[100];
        await body.ReadExactlyAsync(head);
        (await app.SqlAsync("select count(*) from pg_stat_activity where datname = current_database() and state in ('active', 'idle in transaction') and query like '%usage_events%' and pid <> pg_backend_pid()"))
            .ShouldBe(1L);
        using var rest = new StreamReader(body);
        using var json = JsonDocument.Parse(System.Text.Encoding.UTF8.GetString(head) + await rest.ReadToEndAsync());
        json.RootElement.GetProperty("data").GetProperty("usage_events").GetArrayLength().ShouldBe(100_000);
    }

    [Fact]
    public async Task Exports_take_turns_and_one_that_takes_too_long_is_cut_off()
    {
        var parents = new List<ApiClient>();
        for (var i = 0; i <= ExportTurns.Most; i++)
            parents.Add(await app.ParentAsync());
        await using var held = await HeldLock.TakeAsync(app, "lock table usage_events in access exclusive mode");
        var exports = new List<Task<Answer>> { ExportAsync(parents[0]) };
        await app.WaitersAsync(1);
        (await ExportAsync(parents[0])).ShouldBeError(HttpStatusCode.TooManyRequests, "rate_limited").Headers.RetryAfter.ShouldNotBeNull();
        exports.AddRange(parents[1..^1].Select(ExportAsync));
        await app.WaitersAsync(ExportTurns.Most);
        (await ExportAsync(parents[^1])).ShouldBeError(HttpStatusCode.TooManyRequests, "rate_limited");

        app.Clock.Advance(ExportData.Longest);
        foreach (var export in exports)
            await Should.ThrowAsync<HttpRequestException>(() => export);
        await held.DisposeAsync();
        // What was cut off has given its turn back, as soon as it is over.
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while ((await ExportAsync(parents[^1])).Status != HttpStatusCode.OK)
            await Task.Delay(20, patience.Token);

        static Task<Answer> ExportAsync(ApiClient parent) => parent.GetAsync("/api/v1/me/export");
    }

    [Fact]
    public async Task The_next_export_can_be_asked_for_as_soon_as_one_is_there()
    {
        var (parent, child) = await app.FamilyAsync();
        for (var i = 0; i < 50; i++)
            (await parent.GetAsync(i % 2 == 0 ? "/api/v1/me/export" : $"/api/v1/children/{child}/export")).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public void A_reader_that_does_not_read_is_cut_off_by_the_server()
    {
        app.Client();
        var limits = app.Services.GetRequiredService<IOptions<KestrelServerOptions>>().Value.Limits;
        limits.MinResponseDataRate.ShouldNotBeNull().BytesPerSecond.ShouldBeGreaterThanOrEqualTo(240);
    }

    [Fact]
    public async Task An_export_needs_the_parent()
    {
        var (parent, child) = await app.FamilyAsync();
        var device = await app.HandOverAsync(parent, child);
        (await device.GetAsync($"/api/v1/children/{child}/export")).ShouldBeError(HttpStatusCode.Forbidden, "forbidden");
        (await device.GetAsync("/api/v1/me/export")).ShouldBeError(HttpStatusCode.Forbidden, "forbidden");
        (await app.Client().GetAsync("/api/v1/me/export")).ShouldBeError(HttpStatusCode.Unauthorized, "unauthenticated");
    }
}
