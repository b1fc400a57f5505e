using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Storytime.Data;
using Storytime.Platform.Errors;

namespace Storytime.Privacy;

/// <param name="CompletedAt">Null while rows may be left.</param>
/// <param name="Deleted">Numbers of rows that were deleted so far, by table.</param>
public sealed record ErasureResponse(
    Guid Receipt, ErasureKind Kind, DateTimeOffset RequestedAt, DateTimeOffset? CompletedAt, IReadOnlyDictionary<string, long> Deleted);

internal static class ReadErasure
{
    /// <summary>How far an erasure is. Whoever has the receipt may ask; it tells nothing about whose it was.</summary>
    [EndpointName("get_erasure")]
    public static async Task<Results<Ok<ErasureResponse>, ApiError>> Handle(Guid receipt, StorytimeDb db, CancellationToken ct) =>
        await db.Erasures.AsNoTracking().SingleOrDefaultAsync(e => e.Receipt == receipt, ct) is { } erasure
            ? TypedResults.Ok(new ErasureResponse(
                erasure.Receipt, erasure.Kind, erasure.RequestedAt, erasure.CompletedAt, JsonSerializer.Deserialize<Dictionary<string, long>>(erasure.Deleted)!))
            : ApiError.NotFound("receipt");
}
