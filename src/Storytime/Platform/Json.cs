using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Storytime.Platform.Errors;

namespace Storytime.Platform;

/// <summary>The JSON of the API: snake_case names and enum values, times in RFC 3339 UTC, unknown members ignored.</summary>
internal static class Json
{
    public static void Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.DictionaryKeyPolicy = null;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.Converters.Add(new TextConverter());
        options.Converters.Add(new TimeConverter());
        options.Converters.Add(new DayConverter());
        options.Converters.Add(new EnumConverterFactory());
    }

    public static string Name<T>(T value) where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    /// <summary>PostgreSQL's text cannot hold NUL, so no text that comes in may.</summary>
    private sealed class TextConverter : JsonConverter<string>
    {
        public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType != JsonTokenType.String)
                throw new ExpectationException("This must be a text.");
            var text = reader.GetString();
            return text!.Contains('\0', StringComparison.Ordinal) ? throw new ExpectationException("This text has a NUL character in it; remove it.") : text;
        }

        public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);
    }

    private sealed class TimeConverter : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String && Rfc3339.TryParse(reader.GetString(), out var time)
                ? time
                : throw new ExpectationException("This must be a time such as \"2026-02-25T20:00:00Z\".");

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
            Rfc3339.Write(writer, value);
    }

    private sealed class DayConverter : JsonConverter<DateOnly>
    {
        public override DateOnly Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            (reader.TokenType == JsonTokenType.String ? Days.Parse(reader.GetString()) : null) ?? throw new ExpectationException("This must be a day such as \"2026-02-25\".");

        public override void Write(Utf8JsonWriter writer, DateOnly value, JsonSerializerOptions options) => writer.WriteStringValue(Days.Format(value));
    }

    /// <summary>Enum values as snake_case words; an unknown word is answered with the known ones.</summary>
    private sealed class EnumConverterFactory : JsonConverterFactory
    {
        public override bool CanConvert(Type typeToConvert) => typeToConvert.IsEnum;

        public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
            (JsonConverter)Activator.CreateInstance(typeof(EnumConverter<>).MakeGenericType(typeToConvert))!;
    }

    private sealed class EnumConverter<T> : JsonConverter<T> where T : struct, Enum
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String && Words<T>.All.TryGetValue(reader.GetString()!, out var value)
                ? value
                : throw new ExpectationException($"This must be one of: {string.Join(", ", Words<T>.All.Keys)}.");

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(Name(value));
    }
}

/// <summary>Times on the wire: RFC 3339, always with an offset; written in UTC with <c>Z</c>, to the microsecond where there is one.</summary>
internal static class Rfc3339
{
    private const string Written = "yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'";

    private static readonly string[] _formats = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    public static bool TryParse(string? text, out DateTimeOffset time)
    {
        time = default;
        // K also matches an absent offset, which would be read as the server's local time.
        if (text is not { Length: >= 20 and <= 64 } || !(text[^1] is 'Z' or 'z' || text[^6] is '+' or '-'))
            return false;
        return DateTimeOffset.TryParseExact(
            CutFraction(text).ToUpperInvariant(), _formats, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out time);
    }

    /// <summary>Some clients send nanoseconds; .NET knows tenths of a microsecond.</summary>
    private static string CutFraction(string text)
    {
        if (text[19] != '.')
            return text;
        var end = 20;
        while (end < text.Length && char.IsAsciiDigit(text[end]))
            end++;
        return end > 27 ? text.Remove(27, end - 27) : text;
    }

    public static string Format(DateTimeOffset time) =>
        time.UtcDateTime.ToString(Written, CultureInfo.InvariantCulture);

    public static void Write(Utf8JsonWriter writer, DateTimeOffset time)
    {
        Span<byte> text = stackalloc byte[32];
        time.UtcDateTime.TryFormat(text, out var length, Written, CultureInfo.InvariantCulture);
        writer.WriteStringValue(text[..length]);
    }
}
