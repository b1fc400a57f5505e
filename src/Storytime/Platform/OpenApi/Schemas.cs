using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Storytime.Platform.OpenApi;

/// <summary>Completes the generated schemas: types with converters of ours, rules on record parameters.</summary>
internal static class Schemas
{
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
            if (schema.Type?.HasFlag(JsonSchemaType.Array) is true && schema.Items is null && member.PropertyType.GetElementType() is { } element)
            {
                var items = new OpenApiSchema();
                DescribeConverted(items, element, isNullableProperty: false);
                schema.Items = items;
            }
            if (member.Name == "url" || member.Name.EndsWith("_url", StringComparison.Ordinal))
                schema.Format = "uri";
            if (member.Name.EndsWith("email", StringComparison.Ordinal))
                schema.Format = "email";
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
        if (type != typeof(DateTimeOffset) && type != typeof(DateOnly) && type != typeof(string) && !type.IsEnum)
            return;
        schema.Type = JsonSchemaType.String | (nullable ? JsonSchemaType.Null : 0);
        if (type.IsEnum)
            schema.Enum = [.. Enum.GetNames(type).Select(n => (JsonNode)JsonNamingPolicy.SnakeCaseLower.ConvertName(n))];
        else if (type == typeof(DateTimeOffset))
            schema.Format = "date-time";
        else if (type == typeof(DateOnly))
            schema.Format = "date";
    }

    /// <summary>
    /// A nullable enum is null or a reference to the enum, which must not say null then; where the generator wrote the enum out instead, null is one of its values.
    /// </summary>
    public static void SettleEnums(OpenApiDocument document)
    {
        foreach (var schema in (document.Components?.Schemas?.Values ?? []).OfType<OpenApiSchema>())
        {
            if (schema.Enum is { Count: > 0 })
                schema.Type &= ~JsonSchemaType.Null;
            foreach (var member in (schema.Properties?.Values ?? []).OfType<OpenApiSchema>())
            {
                if (member is { Enum.Count: > 0, Type: { } type } && type.HasFlag(JsonSchemaType.Null))
                    member.Enum.Add(JsonNullSentinel.JsonNull);
            }
        }
    }

    /// <summary>Where two members of a type are lists of texts, the generator leaves out of what.</summary>
    public static void SettleLists(OpenApiDocument document)
    {
        var members = (document.Components?.Schemas?.Values ?? []).OfType<OpenApiSchema>().SelectMany(s => s.Properties?.Values ?? []).OfType<OpenApiSchema>();
        foreach (var list in members.Where(m => m is { Items: null, Type: { } type } && type.HasFlag(JsonSchemaType.Array)))
            list.Items = new OpenApiSchema { Type = JsonSchemaType.String };
    }

    public static bool IsRequest(Type type) =>
        type.Namespace?.StartsWith("Storytime", StringComparison.Ordinal) == true && type.Name.EndsWith("Request", StringComparison.Ordinal);

    /// <summary>The rules of a request's member stand on the parameter of its record, where the generator does not look.</summary>
    private static IEnumerable<ValidationAttribute> Rules(Type type, string member) => !IsRequest(type) ? [] : type.GetConstructors()
        .SelectMany(c => c.GetParameters())
        .Where(p => JsonNamingPolicy.SnakeCaseLower.ConvertName(p.Name!) == member)
        .SelectMany(p => p.GetCustomAttributes<ValidationAttribute>())
        .Concat(type.GetProperties().Where(p => JsonNamingPolicy.SnakeCaseLower.ConvertName(p.Name) == member).SelectMany(p => p.GetCustomAttributes<ValidationAttribute>()));

    private static void DescribeRule(OpenApiSchema schema, ValidationAttribute rule)
    {
        switch (rule)
        {
            case RequiredAttribute:
                schema.Type &= ~JsonSchemaType.Null;
                break;
            case ITextRule text:
                (schema.Pattern, schema.MinLength, schema.MaxLength) = (text.Pattern, text.Shortest == 0 ? null : text.Shortest, text.Longest);
                break;
            case StringLengthAttribute length:
                (schema.MinLength, schema.MaxLength) = (length.MinimumLength == 0 ? null : length.MinimumLength, length.MaximumLength);
                break;
            case LengthAttribute length:
                (schema.MinItems, schema.MaxItems) = (length.MinimumLength, length.MaximumLength);
                break;
            case MaxLengthAttribute length:
                schema.MaxItems = length.Length;
                break;
            case RangeAttribute range:
                schema.Minimum = Convert.ToString(range.Minimum, CultureInfo.InvariantCulture);
                schema.Maximum = Convert.ToString(range.Maximum, CultureInfo.InvariantCulture);
                break;
        }
    }
}
