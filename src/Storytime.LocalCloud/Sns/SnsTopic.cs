namespace Storytime.LocalCloud.Sns;

internal sealed class SnsTopic(CloudOptions options) : IAsyncDisposable
{
    private Uri? _url;
    public Task SubscribeAsync(Uri endpoint, CancellationToken ct) => Task.FromException(new NotSupportedException($"{options}{_url}"));
    public void ServedAt(Uri url) => _url = url;
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

internal sealed class SnsServer(SnsTopic topic)
{
    public void MapTo(WebApplication app) => app.MapGet("/", () => $"{topic}");
}
