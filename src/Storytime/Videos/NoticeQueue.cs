using Amazon.SQS;
using Amazon.SQS.Model;
using Microsoft.Extensions.Options;
using Storytime.Platform;
using Storytime.Platform.Aws;

namespace Storytime.Videos;

/// <summary>
/// MediaConvert's events from a queue (EventBridge to SQS: the body is the bare event), on worker nodes, when a queue is configured. A message is deleted
/// after its effect is committed; one that cannot be applied comes again, and after some times goes to the dead-letter queue.
/// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html
/// </summary>
internal sealed partial class NoticeQueue(
    IServiceScopeFactory scopes, IServiceProvider services, IOptions<SqsOptions> options, IOptions<NodeRoles> roles, ILogger<NoticeQueue> log) : BackgroundService
{
    private static readonly TimeSpan _pauseAfterTrouble = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.QueueUrl is not { } queue || !roles.Value.Names.Contains(NodeRoles.Worker))
            return;
        var sqs = services.GetRequiredService<IAmazonSQS>();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ReceiveAsync(sqs, queue.AbsoluteUri, stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                Log.Unreachable(log, e);
                await Task.Delay(_pauseAfterTrouble, stoppingToken);
            }
        }
    }

    private async Task ReceiveAsync(IAmazonSQS sqs, string queue, CancellationToken ct)
    {
        var received = await sqs.ReceiveMessageAsync(
            new ReceiveMessageRequest { QueueUrl = queue, MaxNumberOfMessages = 10, WaitTimeSeconds = 20, VisibilityTimeout = (int)options.Value.VisibilityTimeout.TotalSeconds }, ct);
        foreach (var message in received.Messages ?? [])
        {
            if (await ApplyAsync(message, ct))
                await sqs.DeleteMessageAsync(queue, message.ReceiptHandle, ct);
        }
    }

    /// <returns>Whether the message is done with. What is no event of MediaConvert is: it would come again for ever.</returns>
    private async Task<bool> ApplyAsync(Message message, CancellationToken ct)
    {
        try
        {
            if (JobReport.OfEvent(message.Body) is not { } report)
            {
                Log.Ignored(log, message.MessageId);
                return true;
            }
            await using var scope = scopes.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<JobOutcome>().ApplyAsync(report, ct);
            return true;
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            Log.Later(log, e, message.MessageId);
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The queue of MediaConvert's events does not answer; polling MediaConvert goes on meanwhile")]
        public static partial void Unreachable(ILogger logger, Exception e);

        [LoggerMessage(LogLevel.Warning, "Message {MessageId} is no event of MediaConvert; it was deleted")]
        public static partial void Ignored(ILogger logger, string messageId);

        [LoggerMessage(LogLevel.Warning, "Message {MessageId} could not be applied; it comes again")]
        public static partial void Later(ILogger logger, Exception e, string messageId);
    }
}
