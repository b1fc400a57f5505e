using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Mvc.ApiExplorer;

namespace Storytime.Platform.OpenApi;

/// <summary>The errors that a route can answer by the conventions of the API, whatever its handler does.</summary>
internal static class ConventionalErrors
{
    public sealed record Error(string Status, string Meaning, JsonNode Example);

    public static IEnumerable<Error> Of(ApiDescription route, bool needsToken)
    {
        var path = route.RelativePath ?? "";
        var writes = route.HttpMethod is "POST" or "PATCH" or "PUT";
        var metadata = route.ActionDescriptor.EndpointMetadata;
        var may = metadata.OfType<MayAnswer>().SelectMany(m => m.Statuses).ToHashSet();
        var takesText = metadata.OfType<BodyIs>().Any(b => b.ContentType != "application/json");
        if (writes || route.ParameterDescriptions.Any(p => p.Source.Id == "Query"))
            yield return new("400", "The request could not be read: `invalid_request`.", Envelope("invalid_request", "The body is not valid JSON. Send one JSON object."));
        if (needsToken)
        {
            yield return new("401", "No token, or one that is not valid: `unauthenticated`, `token_expired`.",
                Envelope("token_expired", "This token has expired. Get a new one by /auth/refresh, or sign in again."));
            yield return path.EndsWith("playback_sessions", StringComparison.Ordinal)
                ? new("403", "`forbidden`, or why the book does not play: `book_not_in_library`, `book_inactive`, `rights_not_started`, `rights_expired`, `rights_unavailable`, `video_not_ready`, `quiet_hours`, `daily_limit_reached`.",
                    Envelope("rights_not_started", "This book is not available yet.", new JsonObject
                    {
                        ["retry_at"] = "2026-12-01T00:00:00Z",
                        ["parent_action"] = "wait",
                        ["kid_message_key"] = "kid.rights_not_started",
                    }))
                : new("403", "This token may not be used here: `forbidden`.", Envelope("forbidden", "This token may not be used here."));
        }
        else if (may.Contains(403))
        {
            yield return new("403", "The message is not believed; `message` says why.", Envelope("forbidden", "The signature does not fit the message."));
        }
        else if (path.Contains("auth/", StringComparison.Ordinal))
        {
            yield return new("401", "`invalid_credentials` or `unauthenticated`.", Envelope("invalid_credentials", "E-mail address and password do not belong together."));
            yield return new("429", "`rate_limited`; wait as long as `Retry-After` says.", Envelope("rate_limited", "Too many requests. Try again in 30 seconds."));
        }
        if (may.Contains(429))
            yield return new("429", "Too many wrong passwords: `rate_limited`; wait as long as `Retry-After` says.", Envelope("rate_limited", "Too many requests. Try again in 900 seconds."));
        if (path.Contains('{') || may.Contains(404))
            yield return new("404", "There is no such thing, or it belongs to someone else: `not_found`.", Envelope("not_found", "There is no such child. Check the id in the address."));
        if (writes)
        {
            yield return new("413", "The body is too large: `too_large`.", Envelope("too_large", "The body is too large."));
            if (!takesText)
                yield return new("415", "The body is not JSON: `unsupported_media_type`.", Envelope("unsupported_media_type", "Send the body as JSON with 'Content-Type: application/json'."));
        }
        if (may.Contains(409))
            yield return new("409", "It conflicts with what is there: `conflict`, `email_taken`.", Envelope("conflict", "It conflicts with what is there."));
        if (may.Contains(503))
            yield return new("503", "Something that this needs does not answer just now: `unavailable`. Try again.", Envelope("unavailable", "Storytime cannot answer just now. Try again in a moment."));
        if ((writes && !takesText) || route.ParameterDescriptions.Any(p => p.Source.Id == "Query"))
        {
            yield return new("422", "A value cannot be accepted: `validation_failed`, `details` says which and why.",
                Envelope("validation_failed", "Some values cannot be accepted; details says which and why.", new JsonObject { ["name"] = new JsonArray("A name is needed.") }));
        }
        yield return new("500", "A fault on our side: `internal_error` with a trace id.",
            Envelope("internal_error", "Something went wrong on our side. Tell support the trace id.", new JsonObject { ["trace_id"] = "52da68432b5fc2c869a1c60160c1c581" }));
    }

    private static JsonObject Envelope(string code, string message, JsonObject? details = null) =>
        new() { ["error"] = new JsonObject { ["code"] = code, ["message"] = message, ["details"] = details ?? [] } };
}
