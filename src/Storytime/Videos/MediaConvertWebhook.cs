using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Aws;
using Storytime.Platform.Errors;

namespace Storytime.Videos;

/// <summary>
/// What SNS delivers of MediaConvert's events. SNS tries again after 5xx and 429 only: a lost database ends in 500, a forged message in 403.
/// https://docs.aws.amazon.com/sns/latest/dg/SendMessageToHttp.prepare.html
/// </summary>
internal static partial class MediaConvertWebhook
{
    /// <summary>SNS's own limit for a message.</summary>
    private const int MaxBody = 256 * 1024;

    /// <summary>Takes a signed SNS message of the configured topic (JSON, sent as text/plain): a confirmation, or a MediaConvert event.</summary>
    [EndpointName("receive_mediaconvert_notice")]
    public static async Task<Results<Ok, ApiError>> Handle(HttpContext http, SnsNotices notices, JobOutcome outcome, StorytimeDb db, TimeProvider time, ILogger<SnsNotices> log, CancellationToken ct)
    {
        if (await ReadBodyAsync(http.Request, ct) is not { } body)
            return new ApiError(413, "too_large", "An SNS message has at most 256 KB.");
        try
        {
            var (message, refusal) = await notices.VerifyAsync(body, ct);
            if (message is null)
            {
                Log.Refused(log, refusal!);
                return ApiError.Forbidden(refusal!);
            }
            if (await db.SeenNotices.AnyAsync(n => n.MessageId == message.MessageId, ct))
                return TypedResults.Ok();
            switch (message.Type)
            {
                case SnsMessage.SubscriptionConfirmation:
                    if (!await notices.ConfirmAsync(message, ct))
                        return ApiError.Forbidden("The confirmation is not at an address of SNS.");
                    Log.Confirmed(log, message.TopicArn!);
                    break;
                case SnsMessage.UnsubscribeConfirmation:
                    Log.Unsubscribed(log, message.TopicArn!);
                    break;
                default:
                    if (JobReport.OfEvent(message.Message!) is { } report)
                        await outcome.ApplyAsync(report, ct);
                    break;
            }
            // Noted after the effect, so that a message whose effect failed is taken when it comes again; twice in between changes nothing more than once.
            await db.Database.ExecuteSqlAsync($"insert into seen_notices (message_id, seen_at) values ({message.MessageId}, {time.Now()}) on conflict do nothing", ct);
            return TypedResults.Ok();
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !ct.IsCancellationRequested)
        {
            Log.Unreachable(log, e);
            return new ApiError(503, "unavailable", "SNS could not be reached to check this message. Send it again.");
        }
    }

    private static async Task<ReadOnlyMemory<byte>?> ReadBodyAsync(HttpRequest request, CancellationToken ct)
    {
        if (request.ContentLength > MaxBody)
            return null;
        // An unknown length is read up to one byte more than is allowed.
        var body = new byte[(request.ContentLength ?? MaxBody) + 1];
        var length = await request.Body.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, ct);
        // No conditional expression: in it, null would become an empty body.
        if (length > MaxBody)
            return null;
        return body.AsMemory(0, length);
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "An SNS message was refused: {Reason}")]
        public static partial void Refused(ILogger logger, string reason);

        [LoggerMessage(LogLevel.Information, "The subscription to {TopicArn} is confirmed")]
        public static partial void Confirmed(ILogger logger, string topicArn);

        [LoggerMessage(LogLevel.Warning, "SNS ended the subscription to {TopicArn}; polling goes on")]
        public static partial void Unsubscribed(ILogger logger, string topicArn);

        [LoggerMessage(LogLevel.Warning, "SNS could not be reached for a certificate or a confirmation")]
        public static partial void Unreachable(ILogger logger, Exception e);
    }
}
