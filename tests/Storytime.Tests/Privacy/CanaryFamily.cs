using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Storytime.Platform.Auth;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Privacy;

/// <summary>
/// A family that has something everywhere, with a word in each text that stands nowhere else: what the API takes through the API, what the server makes by itself
/// (hashes, tokens, policies) put over it by SQL.
/// </summary>
public sealed class CanaryFamily
{
    private CanaryFamily(StorytimeApp app) => App = app;

    private StorytimeApp App { get; }

    /// <summary>In every text of the account.</summary>
    public string Marker { get; } = NewMarker();

    public string Email => $"{Marker}@{Marker}.example.com";

    public ApiClient Parent { get; private set; } = null!;

    public long UserId { get; private set; }

    public List<CanaryChild> Children { get; } = [];

    /// <param name="strangersChild">A child of another family that this parent once tried to play for.</param>
    public static async Task<CanaryFamily> MakeAsync(StorytimeApp app, long book, int children, long strangersChild = 0)
    {
        var family = new CanaryFamily(app);
        await family.SignUpAsync();
        for (var i = 0; i < children; i++)
            family.Children.Add(await family.AddChildAsync(book));
        if (strangersChild > 0)
            (await family.Parent.PostAsync($"/api/v1/children/{strangersChild}/playback_sessions", new { book_id = book })).ShouldBeError(HttpStatusCode.NotFound, "not_found");
        await family.FillAsync(book);
        await app.RollUpAsync();
        return family;
    }

    private async Task SignUpAsync()
    {
        void Header(HttpRequestMessage request)
        {
            request.Headers.UserAgent.ParseAdd($"{Marker}agent");
            request.Headers.Add("X-Canary", $"{Marker}header");
        }

        var registered = await App.Client().SendAsync(
            HttpMethod.Post, "/api/v1/auth/register", new { email = Email, password = Families.Password, device_name = $"{Marker}phone" }, Header);
        Parent = App.Client((string)registered.ShouldBe(HttpStatusCode.Created)["jwt"]!);
        UserId = (long)registered["user"]!["id"]!;
        // Without a device name the user agent is the name.
        var again = await App.Client().SendAsync(HttpMethod.Post, "/api/v1/auth/login", new { email = Email, password = Families.Password }, Header);
        (await App.Client().SendAsync(HttpMethod.Post, "/api/v1/auth/refresh", new { refresh_token = (string)again["refresh_token"]! }, Header)).ShouldBe(HttpStatusCode.OK);
    }

    private async Task<CanaryChild> AddChildAsync(long book)
    {
        var marker = NewMarker();
        var created = await Parent.PostAsync(
            "/api/v1/children", new { name = $"{marker}name", birth_year = 2020, avatar_url = $"https://{marker}.example.com/{marker}.png" });
        var id = (long)created.ShouldBe(HttpStatusCode.Created)["id"]!;
        (await Parent.PostAsync($"/api/v1/children/{id}/library_items", new { book_id = book })).ShouldBe(HttpStatusCode.Created);
        var handedOver = await Parent.PostAsync($"/api/v1/children/{id}/child_sessions", new { device_name = $"{marker}tablet" });
        var device = App.Client((string)handedOver.ShouldBe(HttpStatusCode.Created)["token"]!);
        var session = (long)(await device.PostAsync($"/api/v1/children/{id}/playback_sessions", new { book_id = book })).ShouldBe(HttpStatusCode.Created)["id"]!;
        (await device.PostAsync($"/api/v1/children/{id}/playback_sessions", new { book_id = 999_999 })).ShouldBeError(HttpStatusCode.Forbidden, "book_not_in_library");
        object Event(string type, int seconds) => new
        {
            child_id = id,
            book_id = book,
            event_type = type,
            occurred_at = App.Now.AddSeconds(seconds),
            position_seconds = 30 + seconds,
            playback_session_id = session,
            metadata = new Dictionary<string, object> { [$"{marker}key"] = $"{marker}value", ["app"] = "1.2" },
        };
        (await device.SendAsync(HttpMethod.Post, "/api/v1/usage_events", new { events = new[] { Event("play_start", 0), Event("pause", 40), Event("jump", 50) } },
            r => r.Headers.Add("X-Canary", $"{marker}header"))).ShouldBe(HttpStatusCode.OK);
        return new CanaryChild(id, marker, device);
    }

    private async Task FillAsync(long book)
    {
        await App.SqlAsync($$"""
            insert into audit_entries (action, subject_type, subject_id, before, created_at) values ('sessions_ended', 'user', {{UserId}}, '{ "note": "{{Marker}}note" }', now())
            """);
        foreach (var child in Children)
            await App.SqlAsync($$"""
                insert into audit_entries (action, subject_type, subject_id, after, created_at) values ('revealed', 'child_profile', {{child.Id}}, '{ "reason": "{{child.Marker}}reason" }', now())
                """);
        var emailHash = Convert.ToHexString(App.Services.GetRequiredService<Pseudonyms>().OfEmail(Email));
        await App.SqlAsync($"""
            update users set password_hash = '{Marker}hash', security_stamp = '{Marker}stamp', concurrency_stamp = '{Marker}concurrency' where id = {UserId};
            update parent_sessions set address_hash = '{Marker}address' where user_id = {UserId};
            update refresh_tokens set token_hash = ('{Marker}token' || id)::bytea, client_hash = '{Marker}client', sealed_successor = '{Marker}successor' where user_id = {UserId};
            insert into account_tokens (user_id, kind, token_hash, new_email, created_at, expires_at)
                values ({UserId}, 'email_change', '{Marker}link', '{Marker}@new.example.com', now(), now() + interval '1 day');
            insert into apple_identities (user_id, subject, sealed_refresh_token, created_at) values ({UserId}, '{Marker}subject', '{Marker}sealed', now());
            insert into outgoing_mails (kind, to_email, user_id, failures, created_at, due_at) values
                ('email_change', '{Marker}@new.example.com', {UserId}, 0, now(), now()), ('password_reset', '{Email.ToUpperInvariant()}', null, 0, now(), now());
            insert into sign_in_failures (email_hash, address_hash, failures, counted_since) values ('\x{emailHash}', '{Marker}address', 1, now());
            """);
        foreach (var (id, marker, _) in Children)
        {
            await App.SqlAsync($"""
                update child_profiles set pin_hash = '{marker}pin' where id = {id};
                update playback_sessions set cloudfront_policy = '{marker}policy' where child_profile_id = {id};
                insert into screen_times (child_profile_id, daily_minutes, quiet_hours, time_zone, finish_story, updated_at)
                    values ({id}, 60, jsonb_build_array(jsonb_build_object('Start', '20:00:00', 'End', '07:00:00')), '{marker}zone', true, now());
                insert into screen_time_exceptions (child_profile_id, extra_minutes, quiet_lifted_until, stopped, set_at, ends_at)
                    values ({id}, 15, now(), false, now(), now() + interval '1 hour');
                insert into story_graces (child_profile_id, book_id, ends_at) values ({id}, {book}, now());
                insert into set_aside_events (user_id, child_profile_id, code, message, body, received_at)
                    values ({UserId}, {id}, '{marker}code', '{marker}message', '{marker}body', now());
                """);
        }
        await App.RollUpAsync();
    }

    private static string NewMarker() => $"canary{Guid.NewGuid():N}"[..18];
}

/// <param name="Marker">In every text of the child.</param>
/// <param name="Device">In child mode.</param>
public sealed record CanaryChild(long Id, string Marker, ApiClient Device);
