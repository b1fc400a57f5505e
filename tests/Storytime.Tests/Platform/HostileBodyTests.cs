using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Storytime.Tests.Platform;

/// <summary>Bodies that nobody should send, to every route that takes one, by somebody who may call it.</summary>
public sealed class HostileBodyTests(AccessHost host) : IClassFixture<AccessHost>
{
    private static readonly ParallelOptions _atOnce = new() { MaxDegreeOfParallelism = 8 };

    [Fact]
    public async Task Whatever_the_body_is_the_answer_is_2xx_or_an_error_envelope_that_blames_the_caller()
    {
        var (problems, count) = (new ConcurrentBag<string>(), 0);
        await Parallel.ForEachAsync(await RoutesAsync(), _atOnce, async (route, _) =>
        {
            var scene = new Scene(host);
            var call = await CallAsync(route.Row, scene);
            foreach (var body in HostileBody.Of(Valid(call), route.Schema, route.Document))
            {
                var reply = await SendAsync(call, body);
                // A body may have been good enough to end the session, or to spend what can be spent once.
                if (reply.Status == 401)
                {
                    call = await CallAsync(route.Row, scene = new Scene(host));
                    reply = await SendAsync(call, body);
                }
                Interlocked.Increment(ref count);
                if (Problem(route.Row, body, reply) is { } problem)
                    problems.Add($"{route.Row}, {body.Name}: {problem}; it is {reply}");
            }
        });
        problems.ShouldBeEmpty();
        count.ShouldBeGreaterThan(1000);
    }

    [Fact]
    public async Task Members_that_no_caller_may_set_have_no_effect()
    {
        var problems = new ConcurrentBag<string>();
        await Parallel.ForEachAsync(await RoutesAsync(), _atOnce, async (route, _) =>
        {
            var call = await CallAsync(route.Row, new Scene(host));
            call = call with { Body = HostileBody.WithForbiddenMembers(Valid(call), route.Schema) };
            var reply = await call.SendAsync(host);
            if (call.Problem(reply) is { } problem)
                problems.Add(problem);
            if (reply.Body.Contains(HostileBody.Marker, StringComparison.Ordinal) || reply.Body.Contains("1970-01-01", StringComparison.Ordinal))
                problems.Add($"{route.Row} answers with what the caller may not set: {reply}");
        });
        problems.ShouldBeEmpty();
        foreach (var text in new[] { HostileBody.Marker, "1970-01-01T" })
            (await Fingerprint.TablesWithAsync(host.App, text)).ShouldBeEmpty();
    }

    private static string? Problem(Row row, HostileBody body, Reply reply)
    {
        if (body.Statuses.Length > 0 && !body.Statuses.Contains(reply.Status))
            return $"it should be {string.Join(" or ", body.Statuses)}";
        if (reply.Status is >= 200 and < 300)
            return null;
        if (reply.Status is < 400 or >= 500)
            return "it should be 2xx or 4xx";
        // A password in the body is the one thing of it that tells who somebody is.
        if (reply.Status == 401 && row.Who != Who.Anyone && reply.ErrorCode != "invalid_credentials")
            return "a body must not make the caller unknown";
        return reply.ErrorCode is null || !reply.Headers.Contains("Content-Type: application/json", StringComparison.Ordinal)
            || JsonNode.Parse(reply.Body)!["error"] is not JsonObject error || string.IsNullOrWhiteSpace((string?)error["message"]) || error["details"] is not JsonObject
            || reply.Body.Contains("System.", StringComparison.Ordinal)
            ? "it should be an error envelope for people" : null;
    }

    private static JsonObject Valid(Call call) => call.Body is null ? [] : JsonSerializer.SerializeToNode(call.Body)!.AsObject();

    private Task<Reply> SendAsync(Call call, HostileBody body) => host.SendAsync(call.Row.Method, call.Path, call.Token, body.ToContent(),
        // The server closes the connection on a body that it will not read; a client that asks first gets to see the answer.
        r => r.Headers.ExpectContinue = body.Content.Length > 1_000_000);

    private Task<Call> CallAsync(Row row, Scene scene)
    {
        var name = row.Who switch { Who.Anyone => "anonymous", Who.Parent or Who.Viewer => "parent", _ => "Admin" };
        return Call.MakeAsync(row, host.Callers.Single(c => c.Name == name), row.Picks().First(), scene, scene);
    }

    /// <summary>The routes that take JSON, as the OpenAPI document has them.</summary>
    private async Task<List<(Row Row, JsonObject Schema, JsonNode Document)>> RoutesAsync()
    {
        var document = JsonNode.Parse((await host.SendAsync("GET", "/openapi/v1.json")).Body)!;
        var routes =
            from path in document["paths"]!.AsObject()
            from operation in path.Value!.AsObject()
            let schema = operation.Value!["requestBody"]?["content"]?["application/json"]?["schema"]
            where schema is not null
            select (AccessTable.Rows.Single(r => r.Route == $"{operation.Key.ToUpperInvariant()} {path.Key}"), HostileBody.Resolve(schema.AsObject(), document), document);
        var all = routes.ToList();
        all.Count.ShouldBeGreaterThan(20);
        return all;
    }
}
