using System.Globalization;
using System.Text.Json;

namespace Storytime.Admin.Shell;

/// <param name="Before">Null where there was nothing.</param>
/// <param name="After">Null where there is nothing any more.</param>
internal sealed record FieldChange(string Field, string? Before, string? After);

/// <summary>What differs between the two sides of an entry of the audit trail.</summary>
internal static class FieldChanges
{
    /// <summary>When a row was written is said by the entry itself, and changes each time.</summary>
    private static readonly string[] _noise = ["created_at", "updated_at"];

    /// <summary>Only the fields that differ, in the order in which they were written; of nested objects theirs, as <c>outer: inner</c>.</summary>
    public static IReadOnlyList<FieldChange> Of(IReadOnlyDictionary<string, object?>? before, IReadOnlyDictionary<string, object?>? after)
    {
        var (old, now) = (Flat(before), Flat(after));
        return
        [
            .. old.Keys.Union(now.Keys).Where(field => !_noise.Contains(field))
                .Select(field => new FieldChange(Show.Word(field), old.GetValueOrDefault(field), now.GetValueOrDefault(field)))
                .Where(change => change.Before != change.After),
        ];
    }

    private static Dictionary<string, string?> Flat(IReadOnlyDictionary<string, object?>? members)
    {
        var flat = new Dictionary<string, string?>();
        foreach (var (name, value) in members ?? new Dictionary<string, object?>())
            Add(flat, name, value);
        return flat;
    }

    private static void Add(Dictionary<string, string?> flat, string name, object? value)
    {
        if (value is JsonElement { ValueKind: JsonValueKind.Object } nested)
        {
            foreach (var member in nested.EnumerateObject())
                Add(flat, $"{name}: {member.Name}", member.Value);
            return;
        }
        flat[name] = value switch
        {
            null => null,
            JsonElement { ValueKind: JsonValueKind.Null } => null,
            JsonElement { ValueKind: JsonValueKind.True } or true => "yes",
            JsonElement { ValueKind: JsonValueKind.False } or false => "no",
            JsonElement { ValueKind: JsonValueKind.Array } list => string.Join(", ", list.EnumerateArray().Select(i => i.ToString())),
            _ => Convert.ToString(value, CultureInfo.InvariantCulture),
        };
    }
}
