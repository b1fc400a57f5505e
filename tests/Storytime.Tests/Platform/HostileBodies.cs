using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Storytime.Tests.Platform;

/// <param name="Statuses">One of these must be answered; empty for 2xx or any 4xx.</param>
internal sealed record HostileBody(string Name, byte[] Content, string? ContentType = "application/json", params int[] Statuses)
{
    public const string Marker = "7000000007";

    private const int TooMuch = 10 * 1024 * 1024;

    /// <summary>Becomes a byte that UTF-8 does not have.</summary>
    private const string Latin = "\"\u00ff\"";

    /// <summary>As JSON, each in place of every member.</summary>
    private static readonly string[] _values =
    [
        "null", "true", "0", "-1", "1.5", "1e308", "1e999", "2147483648", "9223372036854775807", "9223372036854775808", "-9223372036854775808", new('9', 2000),
        "\"\"", "\" \"", "\"text\"", "\"12\"", "\"a\\u0000b\"", Latin, "\"\\ud800\"", "\"\\udc00\\ud800\"",
        "\"\\u202e'; drop table users; --\"", $"\"{new string('a', 100_000)}\"",
        "\"0001-01-01T00:00:00Z\"", "\"9999-12-31T23:59:59.9999999Z\"", "\"9999-12-31T23:59:59-14:00\"", "\"2026-02-30T25:61:00Z\"", "\"23:59:60\"",
        "\"00000000-0000-0000-0000-000000000000\"",
        "[]", "[null]", "[1]", "[\"text\"]", "[{}]", "[[[]]]", "[2147483648]", "{}",
        "{\"a\": {\"b\": [1]}}", $"[{string.Join(',', Enumerable.Repeat("1", 20_000))}]", Nested("[", "]"), Nested("{\"a\":", "}"),
    ];

    public static IEnumerable<HostileBody> Of(JsonObject valid, JsonObject schema, JsonNode document)
    {
        foreach (var body in WholesOf(valid).Concat(TypesOf(valid)))
            yield return body;
        foreach (var (member, rules) in Members(schema))
        {
            foreach (var value in _values)
                yield return new($"{member}: {Short(value)}", Bytes(With(valid, member, value)));
            // The members of what is in a list: parts, events.
            foreach (var (inner, _) in rules!["items"] is JsonObject items ? Members(Resolve(items, document)) : new JsonObject())
            {
                foreach (var value in _values)
                    yield return new($"{member}[0].{inner}: {Short(value)}", Bytes(With(valid, member, $"[{With(valid, inner, value)}]")));
            }
        }
    }

    /// <summary>A body that is taken, and members that no caller may set.</summary>
    public static JsonObject WithForbiddenMembers(JsonObject valid, JsonObject schema)
    {
        var body = valid.DeepClone().AsObject();
        foreach (var name in new[] { "id", "user_id", "parent_id", "child_profile_id", "child_session_id", "admin_id", "created_by_admin_id",
            "added_by_user_id", "session_id", "version" })
            Add(name, JsonNode.Parse(Marker)!);
        foreach (var name in new[] { "role", "token", "password_hash", "s3_key", "hls_base_path" })
            Add(name, Marker);
        Add("created_at", "1970-01-01T00:00:07.000007Z");
        Add("is_admin", true);
        return body;

        void Add(string name, JsonNode value)
        {
            if (!Members(schema).ContainsKey(name))
                body[name] = value;
        }
    }

    public static JsonObject Resolve(JsonObject schema, JsonNode document)
    {
        while ((string?)schema["$ref"] is { } reference)
            schema = document["components"]!["schemas"]![reference.Split('/')[^1]]!.AsObject();
        // Optional bodies and members: one of null and the type.
        return schema["oneOf"] is JsonArray choices && choices.OfType<JsonObject>().FirstOrDefault(c => c["$ref"] is not null) is { } choice ? Resolve(choice, document) : schema;
    }

    public HttpContent ToContent()
    {
        var content = new ByteArrayContent(Content);
        content.Headers.ContentType = ContentType is null ? null : MediaTypeHeaderValue.Parse(ContentType);
        return content;
    }

    private static IEnumerable<HostileBody> WholesOf(JsonObject valid)
    {
        var text = valid.ToJsonString();
        foreach (var broken in new[] { "{", "nul", "{\"a\":}", "{'a': 1}", "{\"a\": 1,}", "{\"a\": 01}", "{\"a\": NaN}", "{} {}", "// {}", "<a/>",
            "{\"a\": \"\t\"}", text + "}", text[..^1] })
            yield return new(Short(broken), Bytes(broken), Statuses: 400);
        foreach (var other in new[] { "[]", "\"text\"", "1", "true", $"[{text}]", Nested("[", "]"), Nested("{\"a\":", "}"), $"{{\"\\ud800\": {Nested("[", "]")}}}" })
            yield return new(Short(other), Bytes(other), Statuses: 400);
        yield return new("UTF-16", Encoding.Unicode.GetBytes(text), Statuses: 400);
        // Some bodies are optional, and unknown members are nothing to anybody.
        foreach (var odd in new[] { "", " ", "null", "{}", "{\"\\ud800\": 1}", "{\"\\u0000\": 1}", $"{{\"{new string('a', 10_000)}\": 1}}",
            "{\"__proto__\": {\"role\": \"admin\"}, \"$type\": \"System.Object\", \"$ref\": \"1\"}" })
            yield return new(Short(odd), Bytes(odd));
        yield return new("members twice", Bytes(text[..^1] + (valid.Count > 0 ? "," : "") + text[1..]));
        yield return new("20,000 unknown members", Bytes($"{{{string.Join(',', Enumerable.Range(0, 20_000).Select(i => $"\"m{i}\": {i}"))}}}"));
        yield return new("10 MB", Bytes($"{{\"a\": \"{new string('a', TooMuch)}\"}}"), Statuses: 413);
    }

    private static IEnumerable<HostileBody> TypesOf(JsonObject valid)
    {
        var bytes = Bytes(valid.ToJsonString());
        foreach (var type in new[] { null, "text/plain", "text/xml", "application/x-www-form-urlencoded", "multipart/form-data; boundary=a",
            "application/octet-stream", "application/json; charset=utf-16", "application/json; charset=none" })
            yield return new($"as {type ?? "nothing"}", bytes, type, 415);
    }

    private static JsonObject Members(JsonObject schema) => schema["properties"]?.AsObject() ?? [];

    /// <summary>JSON of the object, with one member as it is given.</summary>
    private static string With(JsonObject valid, string member, string value) =>
        $"{{{string.Concat(valid.Where(m => m.Key != member).Select(m => $"{JsonSerializer.Serialize(m.Key)}: {m.Value?.ToJsonString() ?? "null"}, "))}{JsonSerializer.Serialize(member)}: {value}}}";

    private static string Nested(string open, string close) => string.Concat(Enumerable.Repeat(open, 200)) + "1" + string.Concat(Enumerable.Repeat(close, 200));

    private static string Short(string text) => text.Length > 60 ? $"{text[..60]}… ({text.Length})" : text;

    /// <summary>All of these texts are ASCII, but for <see cref="Latin"/>.</summary>
    private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);
}
