using System.Globalization;
using System.Text.Json;

namespace Storytime.LocalCloud.S3;

/// <summary>What a browser's form may hold (https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html).</summary>
internal sealed class PostPolicy
{
    /// <summary>Fields that need no condition.</summary>
    private static readonly string[] Exempt = ["x-amz-signature", "policy", "file"];
    private readonly DateTimeOffset _expiration;
    private readonly List<Condition> _conditions = [];

    /// <param name="base64">The field as it was sent and signed.</param>
    /// <exception cref="S3Error">InvalidPolicyDocument.</exception>
    public PostPolicy(string base64)
    {
        try
        {
            using var json = JsonDocument.Parse(Convert.FromBase64String(base64));
            _expiration = DateTimeOffset.Parse(Text(json.RootElement.GetProperty("expiration")), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
            foreach (var condition in json.RootElement.GetProperty("conditions").EnumerateArray()) Read(condition);
        }
        catch (Exception error) when (error is FormatException or JsonException or KeyNotFoundException or InvalidOperationException or OverflowException)
        {
            throw new S3Error(400, "InvalidPolicyDocument", $"Invalid Policy: {error.Message}");
        }
    }

    /// <summary>Allowed size of the file in bytes, both ends included.</summary>
    public (long Least, long Most) Size { get; private set; } = (0, ReceivedBody.LargestPut);

    /// <exception cref="S3Error">AccessDenied: the policy expired, a condition fails, or a field has none.</exception>
    public void Check(string bucket, IReadOnlyDictionary<string, string> fields, DateTimeOffset now)
    {
        if (now >= _expiration) throw Refused("Policy expired.");
        foreach (var condition in _conditions)
        {
            var value = condition.Field.Equals("bucket", StringComparison.OrdinalIgnoreCase) ? bucket : fields.GetValueOrDefault(condition.Field);
            if (value is null || !condition.Holds(value)) throw Refused($"Policy Condition failed: {condition}");
        }

        var extra = fields.Keys.Where(field => !Exempt.Contains(field, StringComparer.OrdinalIgnoreCase) && !field.StartsWith("x-ignore-", StringComparison.OrdinalIgnoreCase)
            && !_conditions.Any(condition => condition.Field.Equals(field, StringComparison.OrdinalIgnoreCase))).ToList();
        if (extra.Count > 0) throw Refused($"Extra input fields: {string.Join(", ", extra)}");
    }

    private static S3Error Refused(string why) => S3Error.AccessDenied($"Invalid according to Policy: {why}");

    private void Read(JsonElement condition)
    {
        if (condition.ValueKind == JsonValueKind.Object)
        {
            foreach (var exact in condition.EnumerateObject()) _conditions.Add(new Condition("eq", exact.Name, Text(exact.Value)));
            return;
        }

        if (condition.GetArrayLength() != 3) throw new FormatException("A condition has three elements.");
        var operation = Text(condition[0]).ToLowerInvariant();
        if (operation == "content-length-range") Size = (Math.Max(Size.Least, Whole(condition[1])), Math.Min(Size.Most, Whole(condition[2])));
        else if (operation is "eq" or "starts-with" && Text(condition[1]).StartsWith('$')) _conditions.Add(new Condition(operation, Text(condition[1])[1..], Text(condition[2])));
        else throw new FormatException($"Unknown condition {condition}.");
    }

    private static string Text(JsonElement element) => element.GetString() ?? throw new FormatException("A value is null.");

    private static long Whole(JsonElement number) =>
        number.ValueKind == JsonValueKind.String ? long.Parse(Text(number), NumberStyles.None, CultureInfo.InvariantCulture) : number.GetInt64();

    private sealed record Condition(string Operation, string Field, string Value)
    {
        public bool Holds(string sent) => Operation == "eq" ? sent == Value
            // A list of types must begin so in each of them.
            : Field.Equals("Content-Type", StringComparison.OrdinalIgnoreCase) ? sent.Split(',').All(type => type.Trim().StartsWith(Value, StringComparison.Ordinal))
            : sent.StartsWith(Value, StringComparison.Ordinal);

        public override string ToString() => $"[\"{Operation}\", \"${Field}\", \"{Value}\"]";
    }
}
