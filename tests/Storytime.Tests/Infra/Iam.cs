using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Storytime.Tests.Infra;

/// <summary>
/// What IAM would say to one request: an explicit Deny wins, then any Allow, else no. It knows the conditions that the template uses, and throws at others.
/// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
/// </summary>
internal static class Iam
{
    /// <param name="documents">All policies that apply: those of the caller, and that of what is called.</param>
    /// <param name="principal">Of a resource's policy: a service such as <c>cloudfront.amazonaws.com</c>, or <c>*</c> for anyone.</param>
    /// <param name="context">Condition keys of the request. It comes by TLS unless it says otherwise.</param>
    public static bool Allows(
        IEnumerable<JsonObject> documents, string action, string resource, string principal = "*", params (string Key, string Value)[] context)
    {
        var keys = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["aws:SecureTransport"] = "true" };
        foreach (var (key, value) in context)
            keys[key] = value;
        var effects = documents.SelectMany(d => List(d["Statement"]))
            .Where(s => Matches(s["Action"], action) && Matches(s["Resource"] ?? "*", resource) && IsFor(s["Principal"], principal) && Holds(s["Condition"], keys))
            .Select(s => (string?)s["Effect"]).ToHashSet();
        return effects.Contains("Allow") && !effects.Contains("Deny");
    }

    public static IEnumerable<JsonNode> List(JsonNode? one) => one is JsonArray list ? list.Select(x => x!) : one is null ? [] : [one];

    private static bool Matches(JsonNode? patterns, string value) => List(patterns).Any(p => Matches((string)p!, value));

    private static bool Matches(string pattern, string value) =>
        Regex.IsMatch(value, "^" + Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal) + "$", RegexOptions.IgnoreCase);

    /// <summary>A policy of a caller names no principal: it is for that caller.</summary>
    private static bool IsFor(JsonNode? principals, string principal) => principals switch
    {
        null => true,
        JsonObject named => named.Any(kind => List(kind.Value).Any(p => (string?)p == "*" || (string?)p == principal)),
        _ => (string?)principals == "*",
    };

    private static bool Holds(JsonNode? conditions, Dictionary<string, string> context) =>
        conditions is not JsonObject operators || operators.All(o => o.Value!.AsObject().All(key => context.TryGetValue(key.Key, out var actual) && o.Key switch
        {
            "StringEquals" => List(key.Value).Any(v => (string?)v == actual),
            "Bool" => List(key.Value).Any(v => string.Equals((string?)v, actual, StringComparison.OrdinalIgnoreCase)),
            "StringLike" or "ArnLike" or "ArnEquals" => Matches(key.Value, actual),
            _ => throw new NotSupportedException(o.Key),
        }));
}
