using System.Net;
using System.Text.Json.Nodes;

namespace Storytime.Tests.Testing;

/// <summary>Makes contracts by the API.</summary>
public static class Contracts
{
    public const string Path = "/admin/api/v1/contracts";

    /// <summary>A draft that shares 15 % of the dollars of this year; options make it something else.</summary>
    public static JsonObject New(long publisherId, Action<JsonObject>? change = null)
    {
        var contract = new JsonObject
        {
            ["publisher_id"] = publisherId,
            ["contract_name"] = "All minutes",
            ["start_date"] = "2026-01-01",
            ["end_date"] = "2026-12-31",
            ["payment_model"] = "rev_share",
            ["rev_share_bps"] = 1500,
            ["currency"] = "USD",
        };
        change?.Invoke(contract);
        return contract;
    }

    public static async Task<long> ContractAsync(this ApiClient finance, long publisherId, Action<JsonObject>? change = null) =>
        (long)(await finance.PostAsync(Path, New(publisherId, change))).ShouldBe(HttpStatusCode.Created)["id"]!;
}
