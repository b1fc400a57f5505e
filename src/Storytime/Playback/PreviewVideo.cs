using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Platform.Errors;
using Storytime.Platform.OpenApi;
using Storytime.Videos;

namespace Storytime.Playback;

/// <param name="PlaybackManifestUrl">The HLS main manifest of this very version; opens with the cookies only.</param>
/// <param name="Cookies">For the player's cookie storage; the same come as <c>Set-Cookie</c>.</param>
/// <param name="ExpiresAt">When the cookies end. Ask again before.</param>
public sealed record PreviewResponse(string PlaybackManifestUrl, IReadOnlyList<CookieResponse> Cookies, DateTimeOffset ExpiresAt);

internal static partial class PreviewVideo
{
    /// <summary>
    /// Cookies for a member of staff to watch a video that is ready, whether or not children see it: of a book that is not active yet, or an older
    /// or newer version than the one that plays.
    /// </summary>
    [EndpointName("preview_video_asset")]
    [NoLocation, SetsCookies]
    public static async Task<Results<Created<PreviewResponse>, ApiError>> Handle(
        long id, Staff staff, StorytimeDb db, CookieMint mint, IOptions<CloudFrontOptions> options, ILogger<CookieMint> logger, HttpContext http,
        TimeProvider time, CancellationToken ct)
    {
        var asset = await db.VideoAssets.Where(a => a.Id == id).Select(a => new { a.BookId, a.ProcessingStatus, a.RetiredAt, a.HlsManifestPath }).SingleOrDefaultAsync(ct);
        if (asset is null)
            return ApiError.NotFound("video asset");
        if (asset.ProcessingStatus != ProcessingStatus.Ready)
        {
            return ApiError.Conflict($"Only a video that is ready can be watched, and this one is {Json.Name(asset.ProcessingStatus)}. "
                + "Wait until it is ready; a failed one can be tried again.");
        }

        if (asset.RetiredAt is not null)
            return ApiError.Conflict("The outputs of this version were deleted, 30 days after another one took its place. Upload its master again.");

        // Without an end of its own a right to watch lasts as long as cookies do, so there are always some.
        var cookies = mint.Make(asset.BookId, time.Now(), mustEndAt: null)!;
        Log.Granted(logger, staff.AdminId, id, asset.BookId, cookies.ExpiresAt);
        cookies.SetOn(http.Response, options.Value);
        return TypedResults.Created((string?)null, new PreviewResponse(
            options.Value.AddressOf(asset.HlsManifestPath)!, cookies.ToResponse(options.Value), cookies.ExpiresAt));
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Preview granted: admin {AdminId}, video asset {AssetId}, book {BookId} until {ExpiresAt}")]
        public static partial void Granted(ILogger logger, long adminId, long assetId, long bookId, DateTimeOffset expiresAt);
    }
}
