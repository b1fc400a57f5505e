using System.Net;
using Hangfire;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Aws;

namespace Storytime.Videos;

/// <summary>Job, every few seconds: asks MediaConvert about jobs that it has told nothing of lately. Enough by itself, without any notice.</summary>
internal sealed partial class PollVideos(
    StorytimeDb db, NpgsqlDataSource data, MediaConvertClient mediaConvert, JobOutcome outcome, TimeProvider time, ILogger<PollVideos> log)
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);

    private const int MaxRound = 20;

    /// <summary>A job that MediaConvert does not know is given up only after this: a wrong region or address would lose every job that runs.</summary>
    private static readonly TimeSpan _unknownFor = TimeSpan.FromHours(1);

    [AutomaticRetry(Attempts = 0, OnAttemptsExceeded = AttemptsExceededAction.Delete)]
    public async Task RunAsync(CancellationToken ct)
    {
        await using var turn = await AdvisoryLock.TryTakeAsync(data, "poll-videos", ct);
        if (turn is null)
            return;
        var before = time.Now() - _patience;
        var due = await db.VideoAssets
            .Where(a => a.ProcessingStatus == ProcessingStatus.Processing && a.CheckedAt < before)
            .OrderBy(a => a.CheckedAt).Select(a => new { a.Id, JobId = a.MediaConvertJobId!, a.ProgressedAt }).Take(MaxRound).ToListAsync(ct);
        // One page tells of twenty jobs, and most that run are among the newest.
        var listed = due.Count < 3 ? [] : (await mediaConvert.ListJobsAsync(null, ct)).Jobs.ToDictionary(j => j.Id);
        foreach (var asset in due)
        {
            try
            {
                await outcome.ApplyAsync(listed.TryGetValue(asset.JobId, out var job) ? JobReport.Of(job) : await AskAsync(asset.JobId, asset.ProgressedAt, ct), ct);
            }
            catch (Exception e) when (e is not OperationCanceledException || !ct.IsCancellationRequested)
            {
                Log.Later(log, e, asset.Id);
            }
        }
    }

    private async Task<JobReport> AskAsync(string jobId, DateTimeOffset progressedAt, CancellationToken ct)
    {
        try
        {
            return JobReport.Of(await mediaConvert.GetJobAsync(jobId, ct));
        }
        catch (MediaConvertException e) when (e is { Status: HttpStatusCode.NotFound, Type: "NotFoundException" })
        {
            if (progressedAt > time.Now() - _unknownFor)
                return new JobReport(jobId, JobState.Running);
            return new JobReport(jobId, JobState.Failed, ErrorCode: "job_not_found", ErrorMessage: "MediaConvert does not know the job any more. Try again.");
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The job of video asset {AssetId} could not be looked at; the next round will try again")]
        public static partial void Later(ILogger logger, Exception e, long assetId);
    }
}
