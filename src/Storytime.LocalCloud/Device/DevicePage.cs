using System.Text.Json;
using Microsoft.AspNetCore.StaticFiles;
using Storytime.LocalCloud.Demo;
using Storytime.LocalCloud.Http;
using Storytime.LocalCloud.Orchestration;

namespace Storytime.LocalCloud.Device;

/// <summary>
/// The device page: the files under <c>Device/Site</c>, served as they are. Addresses without a file extension are screens of the page and get
/// <c>index.html</c>; <c>/config.json</c> tells the page where the API is.
/// </summary>
internal sealed class DevicePage : IAsyncDisposable
{
    private static readonly FileExtensionContentTypeProvider Types = new();

    private readonly LoopbackServer _server;

    private DevicePage(LoopbackServer server) => _server = server;

    public static async Task<DevicePage> StartAsync(RunOptions options, CancellationToken ct)
    {
        var site = Path.Combine(AppContext.BaseDirectory, "Device", "Site");
        var config = Config(options);
        var policy = ContentSecurityPolicy(options);
        return new DevicePage(await LoopbackServer.StartAsync(
            "The device page",
            options.DevicePort,
            app =>
            {
                app.MapGet("/config.json", () => Results.Bytes(config, "application/json"));
                app.MapGet("/{**path}", (string? path, HttpResponse response) => Answer(site, path ?? "", policy, response));
            },
            ct));
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private static IResult Answer(string site, string path, string policy, HttpResponse response)
    {
        var file = Path.GetFullPath(Path.Combine(site, Path.HasExtension(path) ? path : "index.html"));
        if (!file.StartsWith(site + "/", StringComparison.Ordinal) || !File.Exists(file))
            return Results.NotFound();

        response.Headers.ContentSecurityPolicy = policy;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers.CacheControl = "no-cache";
        return Results.File(file, Types.TryGetContentType(file, out var type) ? type : "application/octet-stream");
    }

    private static byte[] Config(RunOptions options)
    {
        var demo = options.Demo == DemoSize.None ? [] : DemoPeople.Parents.Select(p => new { email = p.Email, password = p.Password, country = p.Country }).ToArray();
        return JsonSerializer.SerializeToUtf8Bytes(new { api = Origin(options.AppPort), demo });
    }

    private static string ContentSecurityPolicy(RunOptions options) => string.Join("; ",
        "default-src 'none'", "script-src 'self'", "style-src 'self'", $"connect-src 'self' {Origin(options.AppPort)} {Origin(options.CdnPort)}",
        $"img-src 'self' data: {Origin(options.CdnPort)} {Origin(options.S3Port)} https:", $"media-src {Origin(options.CdnPort)} blob:",
        "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'");

    private static string Origin(int port) => $"http://localhost:{port}";
}
