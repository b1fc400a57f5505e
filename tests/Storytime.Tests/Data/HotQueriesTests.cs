using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Storytime.Accounts;
using Storytime.Library;
using Storytime.Playback;
using Storytime.Tests.Testing;
using Storytime.Usage;

namespace Storytime.Tests.Data;

/// <summary>
/// The statements of the hottest paths reach each row of a family by its key: no table is read as a whole, however large it grows, and a database that spreads families over
/// machines (docs/scale.md) finds all of a row's kin on the same one.
/// </summary>
public sealed class HotQueriesTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    /// <summary>The columns that say whose a row is.</summary>
    private static readonly Dictionary<string, string[]> _keys = new()
    {
        ["users"] = ["id"],
        ["parent_sessions"] = ["user_id", "id"],
        ["child_profiles"] = ["id"],
        ["child_sessions"] = ["child_profile_id"],
        ["screen_times"] = ["child_profile_id"],
        ["screen_time_exceptions"] = ["child_profile_id"],
        ["library_items"] = ["child_profile_id"],
        ["resume_positions"] = ["child_profile_id"],
        ["playback_sessions"] = ["child_profile_id"],
        ["usage_events"] = ["child_profile_id"],
    };

    /// <summary>The same for all families, and small or looked up by their own key.</summary>
    private static readonly HashSet<string> _shared = ["catalog_versions", "books"];

    private const string Viewers = "bigint[], bigint[], bigint[], uuid[], timestamptz[]";

    /// <summary>With the types of their parameters.</summary>
    public static TheoryData<string, string, string> Statements => new()
    {
        { "a parent who searches", "bigint[], uuid[]", BrowsingParents.Sql },
        { "a shelf", $"{Viewers}, bigint[], bigint[], bigint[]", Shelf.Sql },
        { "a child that wants to play", $"{Viewers}, bigint[], bigint[]", PlayingChildren.Sql },
        { "playback granted", "bigint[], bigint[], bigint[], bigint[], timestamptz[], timestamptz[], text[], bigint[]", PlaybackLog.GrantedSql },
        { "who reports usage", Viewers, UsageAccess.LiveSql },
        { "what may be reported", "bigint[], bigint[], bigint[], bigint[]", UsageAccess.PairsSql },
        { "playback sessions of events", "bigint[], bigint[]", UsageAccess.SessionsSql },
        {
            "usage events",
            "bigint[], uuid[], bigint[], text[], float8[], timestamptz[], bigint[], text[], bigint[], text[], timestamptz, timestamptz[], bigint[]",
            UsageStore.SaveSql
        },
    };

    [Theory]
    [MemberData(nameof(Statements))]
    public async Task Each_row_of_a_family_is_found_by_its_key(string name, string types, string sql)
    {
        var scans = await ScansAsync(types, sql);
        foreach (var scan in scans)
        {
            var table = TableOf(scan);
            if (_shared.Contains(table))
                continue;
            _keys.ShouldContainKey(table, name);
            var conditions = $"{scan["Index Cond"]} {scan["Recheck Cond"]} {scan["Filter"]}";
            _keys[table].ShouldContain(key => conditions.Contains($"({key} = ") || conditions.Contains($" {key} = ") || conditions.Contains($".{key})"), $"{name}: {scan.ToJsonString()}");
            ((string)scan["Node Type"]!).ShouldNotBe("Seq Scan", $"{name}: {scan.ToJsonString()}");
        }
    }

    /// <returns>All nodes of the plan that read a table.</returns>
    private async Task<List<JsonObject>> ScansAsync(string types, string sql)
    {
        // Of its own, because the settings and the statement stay with it.
        await using var connection = new NpgsqlConnection(app.Services.GetRequiredService<NpgsqlDataSource>().ConnectionString + ";Pooling=false");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        // The tables of a test are too small for an index to be worth it.
        await using (var settings = new NpgsqlCommand("set enable_seqscan = off; set plan_cache_mode = force_generic_plan", connection))
            await settings.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        await using (var prepare = new NpgsqlCommand($"prepare hot ({types}) as {sql}", connection))
            await prepare.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        await using var explain = new NpgsqlCommand($"explain (format json) execute hot({string.Join(", ", types.Split(',').Select(_ => "null"))})", connection);
        var plan = JsonNode.Parse((string)(await explain.ExecuteScalarAsync(TestContext.Current.CancellationToken))!)!;
        List<JsonObject> scans = [];
        Walk(plan);
        return scans;

        void Walk(JsonNode? node)
        {
            if (node is JsonObject { } one && one["Relation Name"] is not null && one["Node Type"] is { } type && ((string)type!).EndsWith("Scan", StringComparison.Ordinal))
                scans.Add(one);
            foreach (var child in node switch { JsonObject o => o.Select(m => m.Value), JsonArray a => a, _ => [] })
                Walk(child);
        }
    }

    /// <summary>Partitions end in their month.</summary>
    private static string TableOf(JsonObject scan) => System.Text.RegularExpressions.Regex.Replace((string)scan["Relation Name"]!, @"_\d{4}_\d{2}$", "");
}
