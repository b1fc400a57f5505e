using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Storytime.LocalCloud.Http;

/// <summary>One small Kestrel server, bound to loopback only.</summary>
internal sealed class LoopbackServer(WebApplication app, Uri url) : IAsyncDisposable
{
    public Uri Url { get; } = url;

    public static async Task<LoopbackServer> StartAsync(string name, int port, Action<WebApplication> map, CancellationToken ct)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "storytime-localcloud" });
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true).SetMinimumLevel(LogLevel.Warning)
            // A machine without IPv6 is no news, and a failed bind is thrown below.
            .AddFilter("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Error)
            .AddFilter("Microsoft.Hosting", LogLevel.None);
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Configure(kestrel, port));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(2));
        var app = builder.Build();
        map(app);
        try
        {
            await app.StartAsync(ct);
        }
        catch (IOException error)
        {
            await app.DisposeAsync();
            throw new InvalidOperationException($"{name} cannot listen on port {port}: {error.Message}", error);
        }

        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return new LoopbackServer(app, new Uri($"http://localhost:{new Uri(address).Port}"));
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    private static void Configure(KestrelServerOptions kestrel, int port)
    {
        // Kestrel cannot pick one free port for both 127.0.0.1 and [::1]; clients of "localhost" fall back to IPv4.
        if (port == 0) kestrel.Listen(IPAddress.Loopback, 0);
        else kestrel.ListenLocalhost(port);
        kestrel.AddServerHeader = false;
        // Masters are many GB and may come over a slow line.
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.MinResponseDataRate = null;
    }
}
