using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;

namespace Storytime.Tests.Videos;

/// <summary>
/// Where the app's client for SNS goes: the requests that it is given, and below them each connection that it opens, which a redirect would open too. Every
/// name leads to one listener, so that a call to a host that is not allowed would get an answer and not just fail.
/// </summary>
public sealed class OutboundCalls(Func<Uri> listener)
{
    private readonly ConcurrentQueue<string> _requests = [];
    private readonly ConcurrentQueue<string> _connections = [];

    public IReadOnlyCollection<string> Requests => _requests;

    /// <summary><c>host:port</c></summary>
    public IReadOnlyCollection<string> Connections => _connections;

    public void Watch(IServiceCollection services) => services.AddHttpClient("sns")
        .AddHttpMessageHandler(() => new Recorder(_requests))
        .ConfigurePrimaryHttpMessageHandler((handler, _) => ((SocketsHttpHandler)handler).ConnectCallback = ConnectAsync);

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        _connections.Enqueue($"{context.DnsEndPoint.Host}:{context.DnsEndPoint.Port}");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, listener().Port, ct);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private sealed class Recorder(ConcurrentQueue<string> requests) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            requests.Enqueue(request.RequestUri!.AbsoluteUri);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
