using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text.Json;

namespace Storytime.LocalCloud.CloudFront;

/// <summary>A custom policy
/// (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-setting-signed-cookie-custom-policy.html).
/// Times are Unix seconds. A null resource opens every file, as it does at AWS.</summary>
internal sealed record SignedPolicy(string? Resource, long DateLessThan, long? DateGreaterThan, string? SourceIp)
{
    /// <summary>Null when it is unreadable, has not exactly one statement, or no end.</summary>
    public static SignedPolicy? Parse(byte[] json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            if (!Only(root, "Statement") || root.GetProperty("Statement") is not { ValueKind: JsonValueKind.Array } statements || statements.GetArrayLength() != 1) return null;
            var statement = statements[0];
            if (!Only(statement, "Resource", "Condition") || !statement.TryGetProperty("Condition", out var condition)) return null;
            if (!Only(condition, "DateLessThan", "DateGreaterThan", "IpAddress")) return null;
            var resource = statement.TryGetProperty(nameof(Resource), out var named) ? named.GetString() : null;
            if (Epoch(condition, "DateLessThan") is not { } before) return null;
            var after = Epoch(condition, "DateGreaterThan");
            if (after is null && condition.TryGetProperty(nameof(DateGreaterThan), out _)) return null;
            return new SignedPolicy(resource, before, after, Address(condition));
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return null;
        }
    }

    /// <summary>DateLessThan refuses at that very second, DateGreaterThan up to and including it.</summary>
    public bool Allows(string url, IPAddress? viewer, DateTimeOffset now)
    {
        var second = now.ToUnixTimeSeconds();
        return second < DateLessThan
            && (DateGreaterThan is not { } after || second > after)
            && (Resource is null || Wildcards.Match(Resource, url))
            && (SourceIp is null || Covers(SourceIp, viewer));
    }

    private static bool Only(JsonElement element, params ReadOnlySpan<string> names)
    {
        foreach (var property in element.EnumerateObject())
        {
            if (!names.Contains(property.Name)) return false;
        }

        return true;
    }

    private static long? Epoch(JsonElement condition, string name) =>
        condition.TryGetProperty(name, out var date) && Only(date, "AWS:EpochTime") && date.TryGetProperty("AWS:EpochTime", out var time)
            && time.ValueKind == JsonValueKind.Number && time.TryGetInt64(out var seconds) && seconds >= 0 ? seconds : null;

    private static string? Address(JsonElement condition)
    {
        if (!condition.TryGetProperty("IpAddress", out var address)) return null;
        var cidr = address.GetProperty("AWS:SourceIp").GetString() ?? throw new FormatException("AWS:SourceIp is null.");
        return TryParse(cidr, out _, out _) ? cidr : throw new FormatException("AWS:SourceIp is not an IPv4 range.");
    }

    private static bool Covers(string cidr, IPAddress? viewer)
    {
        if (viewer is null) return false;
        // A browser that comes to "localhost" by IPv6 is the same machine; real viewers over IPv6 are refused, as IpAddress is IPv4 only.
        if (viewer.Equals(IPAddress.IPv6Loopback)) viewer = IPAddress.Loopback;
        if (viewer.IsIPv4MappedToIPv6) viewer = viewer.MapToIPv4();
        if (viewer.AddressFamily != System.Net.Sockets.AddressFamily.InterNetwork || !TryParse(cidr, out var network, out var bits)) return false;
        var mask = bits == 0 ? 0 : uint.MaxValue << (32 - bits);
        return (Number(viewer) & mask) == (network & mask);
    }

    private static bool TryParse(string cidr, out uint network, out int bits)
    {
        (network, bits) = (0, 32);
        var parts = cidr.Split('/');
        if (parts.Length > 2 || (parts.Length == 2 && (!int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out bits) || bits > 32))) return false;
        if (parts[0].Split('.').Length != 4 || !IPAddress.TryParse(parts[0], out var address)) return false;
        network = Number(address);
        return true;
    }

    private static uint Number(IPAddress address) => BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes());
}
