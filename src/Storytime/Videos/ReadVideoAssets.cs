using System.Linq.Expressions;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Errors;

namespace Storytime.Videos;

/// <summary>One encode of a book's video.</summary>
/// <param name="Version">1 for the first of a book, then counting up.</param>
/// <param name="Status"><c>uploaded</c> → <c>processing</c> → <c>ready</c> or <c>failed</c>.</param>
/// <param name="ErrorMessage">Why it failed, for people.</param>
/// <param name="Attempt">1 for the first try; each retry adds one.</param>
/// <param name="HlsManifestPath">In the output bucket, once it is ready.</param>
/// <param name="Playing">Whether this is the one that children see. A replacement takes over when it is ready.</param>
public sealed record VideoAssetResponse(
    long Id,
    long BookId,
    int Version,
    ProcessingStatus Status,
    int? ProgressPercent,
    string? ErrorCode,
    string? ErrorMessage,
    int? DurationSeconds,
    string Filename,
    long Size,
    int Attempt,
    string MasterS3Key,
    string? HlsManifestPath,
    bool Playing,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    DateTimeOffset? ReadyAt);

internal static class ReadVideoAssets
{
    /// <summary>The videos of a book, newest version first.</summary>
    public static async Task<Results<Ok<Page<VideoAssetResponse>>, ApiError>> List(long id, [AsParameters] PageQuery page, StorytimeDb db, CancellationToken ct) =>
        await db.Books.AnyAsync(b => b.Id == id, ct)
            ? TypedResults.Ok(await db.VideoAssets.Where(a => a.BookId == id).OrderByDescending(a => a.Version).Select(ToResponse(db)).PageAsync(page, ct))
            : ApiError.NotFound("book");

    /// <summary>One video: how far it is, or why it failed.</summary>
    public static async Task<Results<Ok<VideoAssetResponse>, ApiError>> Read(long id, StorytimeDb db, CancellationToken ct) =>
        await db.VideoAssets.Where(a => a.Id == id).Select(ToResponse(db)).SingleOrDefaultAsync(ct) is { } asset
            ? TypedResults.Ok(asset)
            : ApiError.NotFound("video asset");

    public static Expression<Func<VideoAsset, VideoAssetResponse>> ToResponse(StorytimeDb db) => a => new VideoAssetResponse(
        a.Id, a.BookId, a.Version, a.ProcessingStatus, a.ProgressPercent, a.ErrorCode, a.ErrorMessage, a.DurationSeconds, a.Filename, a.SizeBytes,
        a.Attempt, a.MasterS3Key, a.HlsManifestPath, db.Books.Any(b => b.PlayingAssetId == a.Id), a.CreatedAt, a.UpdatedAt, a.ReadyAt);
}
