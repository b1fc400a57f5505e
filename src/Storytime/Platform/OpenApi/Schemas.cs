using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Storytime.Platform.OpenApi;

/// <summary>Completes the generated schemas: types with converters of ours, rules on record parameters, examples by member name.</summary>
internal static class Schemas
{
    /// <summary>One believable value for each member name of the API.</summary>
    private static readonly Dictionary<string, JsonNode> _examples = JsonNode.Parse("""
        {
          "id": 42, "email": "parent@example.com", "password": "correct horse battery", "country": "US", "role": "parent", "name": "Mia", "birth_year": 2020,
          "avatar_url": "https://img.example.com/fox.png", "device_name": "Kitchen iPad", "child_id": 7, "book_id": 123, "user_id": 3, "publisher_id": 5,
          "title": "The Moon Boat", "author": "Ada Reed", "description": "A boat sails over the roofs.", "age_min": 3, "age_max": 7, "language": "en",
          "cover_image_url": "https://cdn.example.com/covers/123/0190b0e0.jpg", "cover_s3_key": "covers/0190b0e0/fox.jpg", "duration_seconds": 184, "playable": true, "resume_position_seconds": 42.5,
          "jwt": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiI0MiJ9.c2lnbmF0dXJl", "refresh_token": "q3Zr0mV1xk9T2bYw", "token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3In0.c2lnbmF0dXJl",
          "playback_manifest_url": "https://cdn.example.com/books/123/hls/index.m3u8", "domain": "example.com", "path": "/books/123/", "value": "eyJTdGF0ZW1lbnQiOlt7...",
          "position_seconds": 41.5, "event_id": "0190b0e0-1111-7222-8333-944455566677", "playback_session_id": 9001, "accepted": 3, "duplicates": 1, "index": 4,
          "page": 1, "per_page": 25, "total": 1, "total_pages": 1, "code": "not_found", "message": "There is no such child.", "filename": "moon-boat.mp4",
          "content_type": "video/mp4", "size": 73400320, "checksum_sha256": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "master_s3_key": "masters/0190b0e0/moon-boat.mp4",
          "daily_minutes": 60, "start": "20:00", "end": "06:30", "time_zone": "America/New_York", "finish_story": true, "extra_minutes": 15, "stopped": false,
          "watched_seconds": 1500, "remaining_seconds": 3000, "quiet_now": false,
          "territory": "GLOBAL", "billing_email": "billing@lantern.example", "contact_name": "Grace Hill", "contract_name": "Lantern 2026", "currency": "USD"
        }
        """)!.AsObject().ToDictionary(e => e.Key, e => e.Value!);

    /// <summary>Called for a type first, then for each of its members.</summary>
    public static Task Describe(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken ct)
    {
        DescribeConverted(schema, context.JsonTypeInfo.Type, context.JsonPropertyInfo?.IsGetNullable ?? false);
        if ((context.ParameterDescription?.ParameterDescriptor as IParameterInfoParameterDescriptor)?.ParameterInfo
            .GetCustomAttributes(inherit: true).OfType<IWords>().FirstOrDefault() is { } words)
            schema.Enum = [.. words.All.Select(w => (JsonNode)w)];
        if (context.JsonPropertyInfo is { } member)
        {
            foreach (var rule in Rules(((MemberInfo)member.AttributeProvider!).DeclaringType!, member.Name))
                DescribeRule(schema, rule);
            if (Example(member.Name, schema) is { } example)
                schema.Examples = [example];
        }
        else if (schema.Properties is not null && IsRequest(context.JsonTypeInfo.Type))
        {
            // What must be there is what is marked so, not every parameter of the record.
            schema.Required = schema.Properties.Keys.Where(name => Rules(context.JsonTypeInfo.Type, name).Any(r => r is RequiredAttribute)).ToHashSet();
        }
        return Task.CompletedTask;
    }

    /// <summary>Types with a converter of ours look empty to the generator.</summary>
    private static void DescribeConverted(OpenApiSchema schema, Type type, bool isNullableProperty)
    {
        var nullable = isNullableProperty || Nullable.GetUnderlyingType(type) is not null;
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type != typeof(DateTimeOffset) && type != typeof(string) && !type.IsEnum)
            return;
        schema.Type = JsonSchemaType.String | (nullable ? JsonSchemaType.Null : 0);
        if (type.IsEnum)
            schema.Enum = [.. Enum.GetNames(type).Select(n => (JsonNode)JsonNamingPolicy.SnakeCaseLower.ConvertName(n))];
        else if (type == typeof(DateTimeOffset))
            schema.Format = "date-time";
    }

    private static bool IsRequest(Type type) =>
        type.Namespace?.StartsWith("Storytime", StringComparison.Ordinal) == true && type.Name.EndsWith("Request", StringComparison.Ordinal);

    /// <summary>The rules of a request's member stand on the parameter of its record, where the generator does not look.</summary>
    private static IEnumerable<ValidationAttribute> Rules(Type type, string member) => !IsRequest(type) ? [] : type.GetConstructors()
        .SelectMany(c => c.GetParameters())
        .Where(p => JsonNamingPolicy.SnakeCaseLower.ConvertName(p.Name!) == member)
        .SelectMany(p => p.GetCustomAttributes<ValidationAttribute>());

    private static void DescribeRule(OpenApiSchema schema, ValidationAttribute rule)
    {
        switch (rule)
        {
            case RequiredAttribute:
                schema.Type &= ~JsonSchemaType.Null;
                break;
            case PatternAttribute pattern:
                (schema.Pattern, schema.MaxLength) = (pattern.Pattern, pattern.Longest);
                break;
            case StringLengthAttribute length:
                (schema.MinLength, schema.MaxLength) = (length.MinimumLength, length.MaximumLength);
                break;
            case RangeAttribute range:
                schema.Minimum = Convert.ToString(range.Minimum, CultureInfo.InvariantCulture);
                schema.Maximum = Convert.ToString(range.Maximum, CultureInfo.InvariantCulture);
                break;
        }
    }

    private static JsonNode? Example(string name, OpenApiSchema property) => property switch
    {
        { Format: "date-time" } => "2026-02-25T20:00:00Z",
        { Enum: { Count: > 0 } values } => values[0]?.DeepClone(),
        // The same name may stand for another type elsewhere; an example of the wrong type would be worse than none.
        _ when _examples.TryGetValue(name, out var example) && Fits(example, property.Type) => example.DeepClone(),
        _ => null,
    };

    private static bool Fits(JsonNode example, JsonSchemaType? type) => example.GetValueKind() switch
    {
        JsonValueKind.String => type?.HasFlag(JsonSchemaType.String) ?? false,
        JsonValueKind.Number => type is { } t && (t.HasFlag(JsonSchemaType.Number) || (t.HasFlag(JsonSchemaType.Integer) && example.GetValue<double>() % 1 == 0)),
        _ => type?.HasFlag(JsonSchemaType.Boolean) ?? false,
    };
}
