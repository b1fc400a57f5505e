using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.StaticAssets;
using Microsoft.Extensions.DependencyInjection;
using Storytime.Tests.Testing;
using Storytime.Tests.Videos;

namespace Storytime.Tests.Platform;

/// <summary>The app, with all callers and the scene in which they are refused.</summary>
public sealed partial class AccessHost(Database database) : VideoHost(database)
{
    internal Caller[] Callers { get; private set; } = [];

    internal Scene Scene { get; private set; } = null!;

    /// <summary>Method and address of every route that the app has, but for the console's: those go by a cookie, and are what ConsoleAccessTests is about.</summary>
    internal List<string> Routes() => [.. App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Where(e => !IsConsoles(e))
        .SelectMany(e => (e.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["ANY"])
            .Select(m => $"{m} /{Constraint().Replace(e.RoutePattern.RawText!, "{$1}").Trim('/')}"))
        .Distinct()];

    internal async Task<Reply> SendAsync(string method, string path, string? token = null, object? body = null, Action<HttpRequestMessage>? change = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Parse(method), path);
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Content = body is null ? null : body as HttpContent ?? JsonContent.Create(body);
        change?.Invoke(request);
        using var response = await App.Client().Http.SendAsync(request);
        var headers = response.Headers.Concat(response.Content.Headers).Where(h => h.Key != "Date").OrderBy(h => h.Key, StringComparer.Ordinal);
        return new Reply(
            (int)response.StatusCode,
            string.Concat(headers.Select(h => $"{h.Key}: {string.Join(", ", h.Value)}\n")),
            Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync()));
    }

    /// <summary>One of the site's files; or, where it was not published, whichever of them a route for all was asked for.</summary>
    internal static bool IsFile(RouteEndpoint endpoint) =>
        endpoint.Metadata.GetMetadata<StaticAssetDescriptor>() is not null || endpoint.RoutePattern.RawText!.TrimStart('/') == "{**path:file}";

    /// <summary>Pages, circuits, files and what they call outside the API.</summary>
    internal static bool IsConsoles(RouteEndpoint endpoint)
    {
        var path = "/" + endpoint.RoutePattern.RawText!.TrimStart('/');
        return IsFile(endpoint) || path.StartsWith("/_blazor", StringComparison.Ordinal) || path.StartsWith("/_framework", StringComparison.Ordinal)
            || (path.StartsWith("/admin", StringComparison.Ordinal) && !path.StartsWith("/admin/api", StringComparison.Ordinal));
    }

    protected override async Task StartedAsync()
    {
        Scene = new Scene(this);
        Callers = await Caller.AllAsync(this);
    }

    [GeneratedRegex(@"\{\**(\w+\??)[^}]*\}")]
    private static partial Regex Constraint();
}

/// <summary>What was answered, but for the date.</summary>
internal sealed record Reply(int Status, string Headers, string Body)
{
    /// <summary>Of the error envelope; null for a body that is none.</summary>
    public string? ErrorCode
    {
        get
        {
            try
            {
                return (string?)JsonNode.Parse(Body)?["error"]?["code"];
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException)
            {
                return null;
            }
        }
    }
}

/// <summary>One call by one caller, ready to be sent.</summary>
internal sealed record Call(Row Row, Caller Caller, Pick[] Picks, Expectation Expected, string Path, string? Token, object? Body)
{
    public static async Task<Call> MakeAsync(Row row, Caller caller, Pick[] picks, Scene scene, Scene tokens)
    {
        var ids = new object[picks.Length];
        for (var i = 0; i < ids.Length; i++)
            ids[i] = await row.Things[i].IdAsync(scene, picks[i]);
        return new Call(row, caller, picks, row.Expect(caller, picks), row.Path(ids), await caller.Token(tokens), row.Body?.Invoke(ids));
    }

    public Task<Reply> SendAsync(AccessHost host) => host.SendAsync(Row.Method, Path, Token, Body);

    /// <summary>A sentence on what is wrong with the answer; null when nothing is.</summary>
    public string? Problem(Reply reply) =>
        Expected.Problem(reply) is { } wanted ? $"{this}: {Caller} {Expected.Reason}, so it should be {wanted}; it is {reply.Status} {reply.Body}" : null;

    public override string ToString() => $"{Row} as {Caller} ({string.Join(", ", Picks)})";
}
