using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace Storytime.Tests.Platform;

/// <summary>Every route that the app has × every kind of caller × whose things it is asked for, against <see cref="AccessTable"/>.</summary>
public sealed class AuthorizationMatrixTests(AccessHost host) : IClassFixture<AccessHost>
{
    private static readonly ParallelOptions _atOnce = new() { MaxDegreeOfParallelism = 8 };

    [Fact]
    public void Every_route_has_a_row_in_the_table_and_every_row_a_route()
    {
        var (routes, rows) = (host.Routes(), AccessTable.Rows.Select(r => r.Route).ToList());
        routes.Count.ShouldBeGreaterThan(50);
        routes.Except(rows).ShouldBeEmpty(
            "Nothing says who may call these. Add a row to AccessTable for each, as: new(\"<method and address>\", <who>, [<things>], <body>).");
        rows.Except(routes).ShouldBeEmpty("AccessTable has rows that no route of the app is like. Take them away, or correct their method or address.");
        rows.ShouldBeUnique();
    }

    [Fact]
    public async Task Nobody_may_do_more_than_the_table_says_and_a_refusal_has_no_effect_and_looks_the_same_for_foreign_and_missing_things()
    {
        var calls = new List<Call>();
        foreach (var (row, caller, picks) in Matrix().Where(m => m.Row.Expect(m.Caller, m.Picks).IsRefusal))
            calls.Add(await Call.MakeAsync(row, caller, picks, host.Scene, host.Scene));
        calls.Count.ShouldBeGreaterThan(1000);

        var problems = new ConcurrentBag<string>();
        var before = await Fingerprint.OfAsync(host.App);
        foreach (var batch in calls.GroupBy(c => c.Caller.Principal))
        {
            var replies = new ConcurrentBag<(Call Call, Reply Reply)>();
            await Parallel.ForEachAsync(batch, _atOnce, async (call, _) => replies.Add((call, await call.SendAsync(host))));
            foreach (var (call, reply) in replies)
            {
                if (call.Problem(reply) is { } problem)
                    problems.Add(problem);
            }
            foreach (var same in replies.GroupBy(r => (r.Call.Row, r.Call.Caller, r.Call.Expected.Barred)).Where(g => g.Select(r => r.Reply).Distinct().Count() > 1))
                problems.Add($"These differ, and tell what exists:\n{string.Join('\n', same.DistinctBy(r => r.Reply).Select(r => $"  {r.Call}: {r.Reply}"))}");
            var after = await Fingerprint.OfAsync(host.App);
            foreach (var table in after.Keys.Where(t => after[t] != before[t]))
                problems.Add($"Something that was refused as {batch.Key} changed the table {table}.");
            before = after;
        }
        problems.ShouldBeEmpty();
    }

    [Fact]
    public async Task Everybody_may_do_what_the_table_says()
    {
        var problems = new ConcurrentBag<string>();
        await Parallel.ForEachAsync(Matrix().Where(m => !m.Row.Expect(m.Caller, m.Picks).IsRefusal), _atOnce, async (cell, _) =>
        {
            // What has an effect has it on things that nobody else asks for.
            var scene = cell.Row.IsSafe ? host.Scene : new Scene(host);
            var call = await Call.MakeAsync(cell.Row, cell.Caller, cell.Picks, scene, cell.Row.Who == Who.Anyone ? host.Scene : scene);
            if (call.Problem(await call.SendAsync(host)) is { } problem)
                problems.Add(problem);
        });
        problems.ShouldBeEmpty();
    }

    [Fact]
    public async Task HEAD_and_OPTIONS_open_nothing()
    {
        var problems = new ConcurrentBag<string>();
        var cells = Matrix().Where(m => m.Row.Who != Who.Anyone && m.Row.Expect(m.Caller, m.Picks).IsRefusal && m.Caller.Name is "anonymous" or "own child" or "Finance");
        var calls = new List<Call>();
        foreach (var (row, caller, picks) in cells)
            calls.Add(await Call.MakeAsync(row, caller, picks, host.Scene, host.Scene));
        var before = await Fingerprint.OfAsync(host.App);
        await Parallel.ForEachAsync(calls, _atOnce, async (call, _) =>
        {
            foreach (var method in new[] { "HEAD", "OPTIONS" })
            {
                if (await host.SendAsync(method, call.Path, call.Token) is { Status: not (401 or 403 or 404 or 405) } open)
                    problems.Add($"{method} {call}: {open}");
            }
            var preflight = await host.SendAsync("OPTIONS", call.Path, call.Token, change: r =>
            {
                r.Headers.Add("Origin", "https://elsewhere.example");
                r.Headers.Add("Access-Control-Request-Method", call.Row.Method);
            });
            if (preflight.Status == 200 || preflight.Headers.Contains("Access-Control-Allow", StringComparison.Ordinal))
                problems.Add($"A preflight of {call} from an origin that is not ours: {preflight}");
        });
        problems.ShouldBeEmpty();
        (await Fingerprint.OfAsync(host.App)).ShouldBe(before);
    }

    [Fact]
    public async Task The_OpenAPI_document_says_of_every_operation_who_may_call_it()
    {
        var document = JsonNode.Parse((await host.SendAsync("GET", "/openapi/v1.json")).Body)!;
        var operations = document["paths"]!.AsObject()
            .SelectMany(p => p.Value!.AsObject().Select(o => (Route: $"{o.Key.ToUpperInvariant()} {p.Key}", Operation: o.Value!))).ToList();
        var described = AccessTable.Rows.Where(r => r.Route.Contains("/api/v1/", StringComparison.Ordinal) || r.Route.Contains("/webhooks/", StringComparison.Ordinal));
        operations.Select(o => o.Route).ShouldBe(described.Select(r => r.Route), ignoreOrder: true);
        foreach (var (route, operation) in operations)
        {
            var schemes = (operation["security"]?.AsArray() ?? []).SelectMany(s => s!.AsObject().Select(x => x.Key));
            schemes.ShouldBe(Schemes(AccessTable.Rows.Single(r => r.Route == route).Who), ignoreOrder: true, route);
        }
    }

    private static string[] Schemes(Who who) => who switch
    {
        Who.Anyone => [],
        Who.Parent => ["parent"],
        Who.Viewer => ["parent", "child_session"],
        _ => ["admin"],
    };

    private IEnumerable<(Row Row, Caller Caller, Pick[] Picks)> Matrix() =>
        from row in AccessTable.Rows
        from caller in host.Callers
        from picks in row.Picks()
        select (row, caller, picks);
}
