using System.Net;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Storytime.Tests.LocalCloud;

/// <summary>One delivery as it came.</summary>
internal sealed record SnsPost(JsonObject Message, IReadOnlyDictionary<string, string> Headers)
{
    public JsonObject Event => JsonNode.Parse((string)Message[nameof(Message)]!)!.AsObject();
}

/// <summary>An HTTP subscriber that keeps what it gets, and answers as the test says (200 when it says nothing).</summary>
internal sealed class SnsEndpoint : IAsyncDisposable
{
    private readonly WebApplication _app;

    private SnsEndpoint(WebApplication app) => _app = app;

    public Channel<SnsPost> Posts { get; } = Channel.CreateUnbounded<SnsPost>();
    public Queue<int> Answers { get; } = new();
    public Uri Url { get; private set; } = null!;

    public static async Task<SnsEndpoint> StartAsync(CancellationToken ct)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var endpoint = new SnsEndpoint(builder.Build());
        endpoint._app.Run(endpoint.ReceiveAsync);
        await endpoint._app.StartAsync(ct);
        endpoint.Url = new Uri(endpoint._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First() + "/webhooks/mediaconvert");
        return endpoint;
    }

    public async Task<SnsPost> NextAsync() => await Posts.Reader.ReadAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task ReceiveAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body);
        var body = await reader.ReadToEndAsync(http.RequestAborted);
        http.Response.StatusCode = Answers.TryDequeue(out var status) ? status : 200;
        await Posts.Writer.WriteAsync(new SnsPost(JsonNode.Parse(body)!.AsObject(), http.Request.Headers.ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value.ToString())));
    }
}
