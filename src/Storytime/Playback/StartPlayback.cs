using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Storytime.Children;
using Storytime.Data;
using Storytime.Library;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Platform.Errors;
using Storytime.Platform.OpenApi;
using Storytime.Rights;
using Storytime.Usage;

namespace Storytime.Playback;

public sealed record StartPlaybackRequest([Required(ErrorMessage = "A book_id is needed.")] long? BookId);

/// <param name="PlaybackManifestUrl">The HLS main manifest; opens with the cookies only.</param>
/// <param name="Cookies">For the player's cookie storage; the same come as <c>Set-Cookie</c>.</param>
/// <param name="ExpiresAt">When the cookies end. Ask again before (at two thirds of the time left); everything is checked anew.</param>
/// <param name="ResumePositionSeconds">Where the child goes on.</param>
public sealed record PlaybackSessionResponse(
    long Id, string PlaybackManifestUrl, IReadOnlyList<CookieResponse> Cookies, DateTimeOffset ExpiresAt, double ResumePositionSeconds);

internal static partial class StartPlayback
{
    /// <summary>
    /// Checks that this child may watch this book now, and hands out the cookies that open it. A refusal is 403 with one code for each reason;
    /// its details say when to try again and what a parent can do.
    /// </summary>
    [EndpointName("start_playback_session")]
    [NoLocation, SetsCookies]
    public static async Task<Results<Created<PlaybackSessionResponse>, ApiError>> Handle(
        long id, StartPlaybackRequest request, Viewer viewer, PlayingChildren children, BookCache cache, StorytimeDb db, WatchTime watchTime, CookieMint mint, PlaybackLog log,
        IOptions<CloudFrontOptions> options, ILogger<PlaybackLog> logger, HttpContext http, TimeProvider time, CancellationToken ct)
    {
        var bookId = request.BookId!.Value;
        // Once through, but for a story that may be finished, when another device of the child asks for one at this very moment: of those, one goes on each time.
        while (true)
        {
            var now = time.Now();
            var attempt = new Attempt(viewer, id, bookId, now);
            var (isLive, question) = await PlaybackQuestion.ReadAsync(viewer, id, bookId, now, children, cache, db, watchTime, ct);
            if (!isLive)
                return ApiError.SessionEnded;
            if (question is not { } asked)
            {
                await log.RefusedAsync(attempt, null, ct);
                Log.ForeignChild(logger, viewer.UserId, id, bookId);
                return ApiError.NotFound("child");
            }
            var decision = asked.Decide(options.Value);
            if (decision.Refusal is { } refusal)
            {
                await log.RefusedAsync(attempt, refusal, ct);
                Log.Refused(logger, id, bookId, viewer.ChildSessionId, refusal);
                return Refuse(refusal, decision.RetryAt);
            }

            var (story, book, cookies) = (asked.Story, asked.Book!, mint.Make(bookId, now, decision.MustEndAt)!);
            // Cookies that outlive the child's time belong to the one story that may be finished: it is noted before they are handed out.
            if (cookies.ExpiresAt > story.BeyondLimit && !await db.TryKeepAsync(StoryGrace.Of(id, bookId, story.Until!.Value), asked.Time.Grace, ct))
                continue;
            var sessionId = await log.GrantedAsync(attempt, book.PlayingAssetId!.Value, cookies, ct);
            Log.Granted(logger, id, bookId, viewer.ChildSessionId, sessionId, cookies.ExpiresAt);
            cookies.SetOn(http.Response, options.Value);
            return TypedResults.Created((string?)null, ToResponse(sessionId, book, cookies, asked.Position, options.Value));
        }
    }

    /// <summary>Every refusal as it is answered, for the OpenAPI document.</summary>
    public static IEnumerable<ApiError> Refusals => Enum.GetValues<PlaybackRefusal>().Select(refusal => Refuse(
        refusal,
        refusal is PlaybackRefusal.RightsNotStarted or PlaybackRefusal.QuietHours or PlaybackRefusal.DailyLimitReached ? ApiExample.Later : null));

    private static ApiError Refuse(PlaybackRefusal refusal, DateTimeOffset? retryAt) => new(403, Json.Name(refusal), Entitlement.Message(refusal),
        new Dictionary<string, object?>
        {
            ["retry_at"] = retryAt,
            ["parent_action"] = Entitlement.ParentAction(refusal),
            ["kid_message_key"] = Entitlement.KidMessageKey(refusal),
        });

    private static PlaybackSessionResponse ToResponse(long sessionId, BookWithFacts book, BookCookies cookies, double? position, CloudFrontOptions options) => new(
        sessionId,
        options.AddressOf(book.HlsManifestPath)!,
        cookies.ToResponse(options),
        cookies.ExpiresAt,
        Resume.At(position, book.DurationSeconds));

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Playback granted: child {ChildId}, book {BookId}, child session {ChildSessionId}, playback session {SessionId} until {ExpiresAt}")]
        public static partial void Granted(ILogger logger, long childId, long bookId, long? childSessionId, long sessionId, DateTimeOffset expiresAt);

        [LoggerMessage(LogLevel.Information, "Playback refused: child {ChildId}, book {BookId}, child session {ChildSessionId}, reason {Refusal}")]
        public static partial void Refused(ILogger logger, long childId, long bookId, long? childSessionId, PlaybackRefusal refusal);

        [LoggerMessage(LogLevel.Warning, "Playback refused: user {UserId} asked for child {ChildId}, who is not theirs, book {BookId}")]
        public static partial void ForeignChild(ILogger logger, long userId, long childId, long bookId);
    }
}
