using Storytime.LocalCloud.S3;
using Storytime.LocalCloud.Signing;
using Storytime.LocalCloud.Sns;

namespace Storytime.LocalCloud.MediaConvert;

internal sealed class MediaConvertEngine : IAsyncDisposable
{
    public static Task<MediaConvertEngine> StartAsync(CloudOptions options, ObjectStore store, SnsTopic topic, CancellationToken ct) => Task.FromResult(new MediaConvertEngine());
    private bool _running;
    public void Run() => _running = true;
    public override string ToString() => $"{_running}";
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

internal sealed class MediaConvertServer(MediaConvertEngine engine, SigV4Verifier verifier, CloudOptions options)
{
    public void MapTo(WebApplication app) => app.MapFallback(() => $"{engine}{verifier}{options}");
}
