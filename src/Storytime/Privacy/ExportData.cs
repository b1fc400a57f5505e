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
    /// <summary>All that is stored about a child, as a JSON file.</summary>
    [EndpointName("export_child")]
    public static async Task<Results<PushStreamHttpResult, ApiError>> Child(
        long id, Parent parent, StorytimeDb db, DataExport export, HttpContext http, TimeProvider time, CancellationToken ct) =>
        await db.ChildrenOf(parent).AnyAsync(c => c.Id == id, ct) ? File($"child-{id}", parent, id, export, http, time, ct) : ApiError.NotFound("child");

    /// <summary>All that is stored about the account and its children, as a JSON file.</summary>
    [EndpointName("export_account")]
    public static Results<PushStreamHttpResult, ApiError> Account(Parent parent, DataExport export, HttpContext http, TimeProvider time, CancellationToken ct) =>
        File("account", parent, null, export, http, time, ct);

    private static PushStreamHttpResult File(string name, Parent parent, long? childId, DataExport export, HttpContext http, TimeProvider time, CancellationToken ct)
    {
        var now = time.Now();
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"storytime-{name}-{now:yyyy-MM-dd}.json\"";
        return TypedResults.Stream(output => export.WriteAsync(output, parent.UserId, childId, now, ct), "application/json");
    }
}
