using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Storytime.Rights;

namespace Storytime.Reporting;

/// <summary>
/// The canonical form of a statement and its hash. The form is JSON in UTF-8 without white space: members in the order of the records, names and enums in
/// snake_case, days as yyyy-MM-dd, nulls written, text as it is stored. Whoever changes it makes issued statements unprovable; a test pins its bytes.
/// </summary>
internal static class StatementHash
{
    /// <summary>SHA-256 of <see cref="Canonical"/>.</summary>
    public static byte[] Of(StatementContent content) => SHA256.HashData(Canonical(content));

    public static byte[] Canonical(StatementContent content)
    {
        var text = new StringBuilder();
        Write(text, JsonSerializer.SerializeToElement(content, StatementJson.Default.StatementContent));
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static void Write(StringBuilder text, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                Separated(text, '{', '}', element.EnumerateObject(), member =>
                {
                    Write(text, member.Name);
                    text.Append(':');
                    Write(text, member.Value);
                });
                break;
            case JsonValueKind.Array:
                Separated(text, '[', ']', element.EnumerateArray(), item => Write(text, item));
                break;
            case JsonValueKind.String:
                Write(text, element.GetString()!);
                break;
            case JsonValueKind.Number:
                text.Append(element.GetInt64().ToString(CultureInfo.InvariantCulture));
                break;
            default:
                text.Append(element.GetRawText());
                break;
        }
    }

    private static void Separated<T>(StringBuilder text, char open, char close, IEnumerable<T> all, Action<T> write)
    {
        text.Append(open);
        var first = true;
        foreach (var one in all)
        {
            if (!first)
                text.Append(',');
            first = false;
            write(one);
        }
        text.Append(close);
    }

    /// <summary>Escapes only what RFC 8259 (section 7) asks for, in the way of RFC 8785 (3.2.2.2). The library's encoders escape more, and that may change.</summary>
    private static void Write(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var c in value)
            _ = c switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append(@"\\"),
                '\b' => text.Append(@"\b"),
                '\t' => text.Append(@"\t"),
                '\n' => text.Append(@"\n"),
                '\f' => text.Append(@"\f"),
                '\r' => text.Append(@"\r"),
                < ' ' => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => text.Append(c),
            };
        text.Append('"');
    }
}

/// <summary>Statements as JSON in the database; written by the compiler, so that members stand in the order of the records.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    Converters = [typeof(SnakeCase<StatementLineKind>), typeof(SnakeCase<PaymentModel>), typeof(SnakeCase<GuaranteeBasis>)])]
[JsonSerializable(typeof(StatementContent))]
internal sealed partial class StatementJson : JsonSerializerContext;

internal sealed class SnakeCase<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) where T : struct, Enum;
