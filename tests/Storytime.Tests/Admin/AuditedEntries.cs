using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Admin;

/// <summary>Entries of the audit trail as an admin sees them.</summary>
internal static class AuditedEntries
{
    private static readonly string _some = $"\"{AuditedCall.Some}\"";

    /// <summary>Its id; 0 when there is none yet.</summary>
    public static async Task<long> NewestEntryAsync(this StorytimeApp app) => (long)(await app.SqlAsync("select coalesce(max(id), 0) from audit_entries"))!;

    /// <summary>Those that came after it, the oldest first.</summary>
    public static async Task<List<JsonNode>> EntriesSinceAsync(this StorytimeApp app, long newest)
    {
        var page = (await (await app.AdminAsync()).GetAsync("/admin/api/v1/audit_entries?per_page=100")).ShouldBe(HttpStatusCode.OK);
        return [.. page["data"]!.AsArray().Select(e => e!).TakeWhile(e => (long)e["id"]! > newest).Reverse()];
    }

    /// <summary>Lets the database take no entry until it is disposed of.</summary>
    public static async Task<IAsyncDisposable> RefuseEntriesAsync(this StorytimeApp app)
    {
        await app.SqlAsync("""
            create function refuse_entry() returns trigger language plpgsql as $$ begin raise exception 'No entry is taken.'; end $$;
            create trigger refuse_entry before insert on audit_entries for each statement execute function refuse_entry();
            """);
        return new RefusedEntries(app);
    }

    /// <summary>What is named on both sides must be another one on each.</summary>
    /// <param name="before">Members of an object; null where there must be nothing.</param>
    /// <param name="after">Likewise.</param>
    public static void ShouldSay(this JsonNode entry, object? before, object? after)
    {
        foreach (var member in SideShouldSay(entry["before"], before).Intersect(SideShouldSay(entry["after"], after)))
            Text(entry["before"]![member]).ShouldNotBe(Text(entry["after"]![member]), member);
    }

    /// <returns>The members that had to be there.</returns>
    private static string[] SideShouldSay(JsonNode? side, object? expected)
    {
        if (expected is null)
        {
            side.ShouldBeNull();
            return [];
        }
        var members = JsonSerializer.SerializeToNode(expected)!.AsObject();
        members.ShouldNotBeEmpty();
        var said = side.ShouldNotBeNull().AsObject();
        foreach (var (member, value) in members)
        {
            said.ShouldContainKey(member);
            if (Text(value) == _some)
                said[member].ShouldNotBeNull(member);
            else
                Text(said[member]).ShouldBe(Text(value), member);
        }
        return [.. members.Select(m => m.Key)];
    }

    private static string Text(JsonNode? value) => value?.ToJsonString() ?? "null";

    private sealed class RefusedEntries(StorytimeApp app) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await app.SqlAsync("drop trigger refuse_entry on audit_entries; drop function refuse_entry");
    }
}
