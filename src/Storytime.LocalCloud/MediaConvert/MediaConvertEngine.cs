using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Storytime.LocalCloud.EventBridge;
using Storytime.LocalCloud.S3;

namespace Storytime.LocalCloud.MediaConvert;

/// <summary>The queue and its workers. A job that was open when the program ended is run again from its beginning: nothing of it is in the bucket before it is whole.</summary>
internal sealed class MediaConvertEngine : IAsyncDisposable
{
    private readonly Channel<string> _queue = Channel.CreateUnbounded<string>();
    private readonly ConcurrentDictionary<string, CancellationTokenSource> _running = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();
    private readonly CloudOptions _options;
    private readonly ObjectStore _store;
    private readonly EventRule _events;
    private readonly string _work;
    private Task _workers = Task.CompletedTask;

    /// <exception cref="InvalidOperationException">ffmpeg is not installed.</exception>
    public MediaConvertEngine(CloudOptions options, ObjectStore store, EventRule events)
    {
        (_options, _store, _events) = (options, store, events);
        foreach (var program in (string[])(options.TranscodeJobs ? ["ffmpeg", "ffprobe"] : []))
        {
            if (!ChildProcesses.IsInstalled(program)) throw new InvalidOperationException($"{program} was not found; install it (on Debian: apt-get install ffmpeg) and start again.");
        }

        Jobs = JobStore.Open(Path.Combine(options.DataFolder, "mediaconvert", "jobs"));
        _work = Path.Combine(options.DataFolder, "mediaconvert", "work");
        if (Directory.Exists(_work)) Directory.Delete(_work, recursive: true);
    }

    public JobStore Jobs { get; }

    public void Run()
    {
        foreach (var job in Jobs.All.Where(job => job.IsOpen).OrderBy(job => job.CreatedAt)) _queue.Writer.TryWrite(job.Id);
        _workers = Task.WhenAll(Enumerable.Range(0, Math.Max(1, _options.ConcurrentJobs)).Select(_ => Task.Run(WorkAsync)));
    }

    public Job Submit(JsonObject request, string queue)
    {
        var now = _options.Time.GetUtcNow();
        var suffix = Guid.NewGuid().ToString("N")[..6];
        var (job, added) = Jobs.Add(new Job { Id = $"{now.ToUnixTimeMilliseconds()}-{suffix}", Request = request, Queue = queue, CreatedAt = now });
        if (added) _queue.Writer.TryWrite(job.Id);
        return job;
    }

    /// <summary>False when the job is finished already.</summary>
    public bool Cancel(Job job)
    {
        if (Finish(job.Id, open => open with { Status = JobStatus.CANCELED }) is not { } canceled) return false;
        if (_running.TryGetValue(job.Id, out var running)) running.Cancel();
        _events.Publish(JobEvents.Canceled(canceled, _options));
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _workers;
        _stopping.Dispose();
    }

    private async Task WorkAsync()
    {
        try
        {
            await foreach (var id in _queue.Reader.ReadAllAsync(_stopping.Token)) await RunAsync(id);
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task RunAsync(string id)
    {
        var started = Jobs.Update(id, job => job with { Status = JobStatus.PROGRESSING, Phase = JobPhase.PROBING, Percent = 0, StartedAt = _options.Time.GetUtcNow() });
        if (started is null) return;
        _events.Publish(JobEvents.Progressing(started, _options));
        using var canceling = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        _running[id] = canceling;
        var folder = Path.Combine(_work, id);
        try
        {
            // A cancel between the two lines above found nothing to stop.
            if (Jobs.Find(id) is not { IsOpen: true }) return;
            Directory.CreateDirectory(folder);
            var results = await TranscodeAsync(started, folder, canceling.Token);
            if (Finish(id, job => job with { Status = JobStatus.COMPLETE, Percent = 100, Results = results }) is { } complete)
                _events.Publish(JobEvents.Complete(complete, _options));
        }
        catch (OperationCanceledException)
        {
            // Cancelled, and told so already; or the program ends, and the job stays open for the next start.
        }
        catch (JobFailure failure)
        {
            Fail(id, failure.Code, failure.Message);
        }
        catch (Exception error)
        {
            // Whatever it was, the worker goes on with the next job.
            Fail(id, JobFailure.Internal, $"Internal error: {error.Message}");
        }
        finally
        {
            _running.TryRemove(id, out _);
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<IReadOnlyList<OutputGroupResult>> TranscodeAsync(Job job, string folder, CancellationToken ct)
    {
        var source = S3Location.Parse((string?)job.Settings["inputs"]![0]!["fileInput"])!.Value;
        var metadata = _store.Find(source.Bucket, source.Key)
            ?? throw new JobFailure(JobFailure.NotFound, $"Unable to open input file [{source}]: [Failed probe/open: [Failed to read data: HeadObject failed for file: the bucket or the object does not exist (404)]]");
        var input = _store.DataFile(source.Bucket, metadata);
        var media = _options.TranscodeJobs ? await MediaProbe.ReadAsync(input, source, ct) : PlaceholderFiles.Media;
        var plan = TranscodePlan.For(job.Settings, media, source);
        foreach (var bucket in plan.Hls.Select(group => group.Destination.Bucket).Concat(plan.Captures.SelectMany(group => group).Select(capture => capture.Destination.Bucket)))
        {
            if (!_store.HasBucket(bucket)) throw new JobFailure(JobFailure.NotFound, $"Unable to write to the output bucket [{bucket}]: [The bucket does not exist (404)]");
        }

        // A captions file that cannot be read is better found before the hours of transcoding.
        foreach (var caption in plan.Hls.SelectMany(group => group.Captions)) Captions.Read(_store, caption);
        Jobs.Update(job.Id, open => open with { Phase = JobPhase.TRANSCODING });
        if (_options.TranscodeJobs) await Transcoder.RunAsync(FfmpegArguments.Build(plan, input, folder, media.Duration), media.Duration, source, Progress(job), ct);
        else PlaceholderFiles.Write(plan, folder);
        CheckLength(plan, folder, media, source);
        Jobs.Update(job.Id, open => open with { Phase = JobPhase.UPLOADING, Percent = 98 });
        ct.ThrowIfCancellationRequested();
        return new OutputWriter(plan, _store, folder, media.Duration).Write();
    }

    private Action<double, long> Progress(Job job)
    {
        var interval = TimeSpan.FromSeconds(int.Parse(((string?)job.Request["statusUpdateInterval"] ?? "SECONDS_60")["SECONDS_".Length..], null));
        var sinceUpdate = Stopwatch.StartNew();
        return (done, frames) =>
        {
            var changed = Jobs.Update(job.Id, open => open with { Percent = (int)(done * 97) }, save: false);
            if (changed is null || sinceUpdate.Elapsed < interval) return;
            sinceUpdate.Restart();
            _events.Publish(JobEvents.StatusUpdate(changed, _options, frames));
        };
    }

    /// <summary>ffmpeg ends content at the end of a cut-off file; MediaConvert calls it truncated.</summary>
    private static void CheckLength(TranscodePlan plan, string folder, MediaInfo media, S3Location source)
    {
        if (plan.Hls is not [{ Renditions.Count: > 0 }, ..]) return;
        var made = RenditionFiles.Read(folder, FfmpegArguments.RenditionName(0, 0));
        if (made.Segments.Count == 0) throw new JobFailure(JobFailure.Damaged, $"The input file [{source}] is damaged: it holds no picture that can be decoded.");
        var promised = media.Video?.Duration ?? media.Duration;
        if (made.Seconds < promised * 0.9 && promised - made.Seconds > 2)
            throw new JobFailure(JobFailure.Truncated, $"The input file [{source}] is truncated: it should last {promised:0.#} s, but ends after {made.Seconds:0.#} s.");
    }

    private void Fail(string id, int code, string message)
    {
        if (Finish(id, job => job with { Status = JobStatus.ERROR, ErrorCode = code, ErrorMessage = message }) is { } failed)
            _events.Publish(JobEvents.Error(failed, _options));
    }

    private Job? Finish(string id, Func<Job, Job> change) => Jobs.Update(id, job => change(job) with { FinishedAt = _options.Time.GetUtcNow(), Phase = null });
}
