using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Storytime.Children;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Platform.Errors;

namespace Storytime.Privacy;

/// <summary>All that is stored. For documentation: it is written row by row.</summary>
/// <param name="FormatVersion">1. Goes up when something gets another name or meaning, not when something is added.</param>
/// <param name="GeneratedAt">The moment that it shows.</param>
/// <param name="Subject"><c>child</c> or <c>account</c>.</param>
/// <param name="Data">Rows by table, each with its columns by name: <c>child_profiles</c>, <c>usage_events</c>, … Never passwords, tokens or hashes of them.</param>
public sealed record ExportResponse(
    int FormatVersion, DateTimeOffset GeneratedAt, string Subject, IReadOnlyDictionary<string, IReadOnlyList<IReadOnlyDictionary<string, JsonElement>>> Data);

internal static class ExportData
{
    /// <summary>A reader that takes longer is cut off. One that does not read at all is so earlier, by Kestrel's MinResponseDataRate.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan _wait = TimeSpan.FromSeconds(30);

    /// <summary>All that is stored about a child, as a JSON file.</summary>
    [EndpointName("export_child")]
    public static async Task<Results<PushStreamHttpResult, ApiError>> Child(
        long id, Parent parent, StorytimeDb db, DataExport export, ExportTurns turns, HttpContext http, TimeProvider time, CancellationToken ct) =>
        await db.ChildrenOf(parent).AnyAsync(c => c.Id == id, ct) ? File($"child-{id}", parent, id, export, turns, http, time, ct) : ApiError.NotFound("child");

    /// <summary>All that is stored about the account and its children, as a JSON file.</summary>
    [EndpointName("export_account")]
    public static Results<PushStreamHttpResult, ApiError> Account(
        Parent parent, DataExport export, ExportTurns turns, HttpContext http, TimeProvider time, CancellationToken ct) =>
        File("account", parent, null, export, turns, http, time, ct);

    private static Results<PushStreamHttpResult, ApiError> File(
        string name, Parent parent, long? childId, DataExport export, ExportTurns turns, HttpContext http, TimeProvider time, CancellationToken ct)
    {
        if (turns.TryTake(parent.UserId) is not { } turn)
            return ApiError.RateLimited(_wait);
        // Whatever becomes of the request.
        http.Response.RegisterForDispose(turn);
        var now = time.Now();
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"storytime-{name}-{Days.Format(Days.Of(now))}.json\"";
        return TypedResults.Stream(async output =>
        {
            // Over before the reader sees the end of the file, so that it may ask for the next at once.
            using var untilWritten = turn;
            using var limit = new CancellationTokenSource(Longest, time);
            await using var cut = limit.Token.Register(http.Abort);
            await export.WriteAsync(output, parent.UserId, childId, now, ct);
        }, "application/json");
    }
}
