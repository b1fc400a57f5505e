using System.Linq.Expressions;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Errors;

namespace Storytime.Videos;

/// <summary>One encode of a book's video.</summary>
/// <param name="Version">1 for the first of a book, then counting up.</param>
/// <param name="Status"><c>uploaded</c> → <c>processing</c> → <c>ready</c> or <c>failed</c>.</param>
/// <param name="ErrorCode">MediaConvert's own number, or a word of Storytime.</param>
/// <param name="ErrorMessage">Why it failed, for people; MediaConvert's own words where it has some.</param>
/// <param name="ErrorAdvice">What can be done about it.</param>
/// <param name="SubmitProblem">Why MediaConvert does not have it yet, when it was tried; it is tried again by itself.</param>
/// <param name="StuckAt">Set when nothing moved for an hour: a person should look.</param>
/// <param name="Attempt">1 for the first try; each retry adds one.</param>
/// <param name="CaptionsLanguage">BCP 47; null for a video without captions.</param>
/// <param name="SupersededAt">Since when another version plays; 30 days later the outputs are deleted.</param>
/// <param name="RetiredAt">Since when it cannot play any more, because its outputs are deleted.</param>
/// <param name="HlsManifestPath">In the output bucket, once it is ready.</param>
/// <param name="Playing">Whether this is the one that children see. A replacement takes over when it is ready.</param>
public sealed record VideoAssetResponse(
    long Id,
    long BookId,
    string BookTitle,
    int Version,
    ProcessingStatus Status,
    int? ProgressPercent,
    string? ErrorCode,
    string? ErrorMessage,
    string? ErrorAdvice,
    string? SubmitProblem,
    DateTimeOffset? StuckAt,
    int? DurationSeconds,
    string Filename,
    long Size,
    int Attempt,
    string MasterS3Key,
    string? CaptionsLanguage,
    string? HlsManifestPath,
    bool Playing,
    DateTimeOffset? SupersededAt,
    DateTimeOffset? RetiredAt,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    DateTimeOffset? ReadyAt);

public sealed record VideoAssetFilter
{
    [FromQuery(Name = "status"), Word<ProcessingStatus>]
    public string? Status { get; init; }

    /// <summary><c>true</c>: only those that nothing moved for an hour.</summary>
    [FromQuery(Name = "stuck")]
    public bool? Stuck { get; init; }
}

internal static class ReadVideoAssets
{
    /// <summary>Videos of all books, the latest first: what is being made, what failed, what is stuck.</summary>
    [EndpointName("list_video_assets")]
    public static async Task<Ok<Page<VideoAssetResponse>>> ListAll([AsParameters] VideoAssetFilter filter, [AsParameters] PageQuery page, StorytimeDb db, CancellationToken ct)
    {
        var assets = db.VideoAssets.AsQueryable();
        if (Words<ProcessingStatus>.Parse(filter.Status) is { } status)
            assets = assets.Where(a => a.ProcessingStatus == status);
        if (filter.Stuck is true)
            assets = assets.Where(a => (a.ProcessingStatus == ProcessingStatus.Uploaded || a.ProcessingStatus == ProcessingStatus.Processing) && a.StuckAt != null);
        else if (filter.Stuck is false)
            assets = assets.Where(a => a.StuckAt == null);
        return TypedResults.Ok(await assets.OrderByDescending(a => a.Id).Select(a => a.Id)
            .PageAsync(page, ids => db.VideoAssets.Where(a => ids.Contains(a.Id)).Select(ToResponse(db)), a => a.Id, ct));
    }

    /// <summary>The videos of a book, newest version first.</summary>
    [EndpointName("list_book_video_assets")]
    public static async Task<Results<Ok<Page<VideoAssetResponse>>, ApiError>> List(long id, [AsParameters] PageQuery page, StorytimeDb db, CancellationToken ct) =>
        await db.Books.AnyAsync(b => b.Id == id, ct)
            ? TypedResults.Ok(await db.VideoAssets.Where(a => a.BookId == id).OrderByDescending(a => a.Version).Select(ToResponse(db)).PageAsync(page, ct))
            : ApiError.NotFound("book");

    /// <summary>One video: how far it is, or why it failed.</summary>
    [EndpointName("get_video_asset")]
    public static async Task<Results<Ok<VideoAssetResponse>, ApiError>> Read(long id, StorytimeDb db, CancellationToken ct) =>
        await db.VideoAssets.Where(a => a.Id == id).Select(ToResponse(db)).SingleOrDefaultAsync(ct) is { } asset
            ? TypedResults.Ok(asset)
            : ApiError.NotFound("video asset");

    public static Task<VideoAssetResponse> OneAsync(StorytimeDb db, long id, CancellationToken ct) =>
        db.VideoAssets.Where(a => a.Id == id).Select(ToResponse(db)).SingleAsync(ct);

    private static Expression<Func<VideoAsset, VideoAssetResponse>> ToResponse(StorytimeDb db) => a => new VideoAssetResponse(
        a.Id, a.BookId, db.Books.Where(b => b.Id == a.BookId).Select(b => b.Title).First(), a.Version, a.ProcessingStatus, a.ProgressPercent, a.ErrorCode, a.ErrorMessage, a.ErrorCode == null ? null : JobAdvice.For(a.ErrorCode),
        a.SubmitProblem, a.StuckAt, a.DurationSeconds, a.Filename, a.SizeBytes, a.Attempt, a.MasterS3Key, a.CaptionsLanguage, a.HlsManifestPath,
        db.Books.Any(b => b.PlayingAssetId == a.Id), a.SupersededAt, a.RetiredAt, a.CreatedAt, a.UpdatedAt, a.ReadyAt);
}
