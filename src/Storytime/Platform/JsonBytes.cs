using System.Buffers;
using System.Net.Mime;
using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Metadata;

namespace Storytime.Platform;

/// <summary>200 with a body that was written before, or is put together of parts that were: an answer that many get.</summary>
internal sealed class JsonBytes<T>(ReadOnlyMemory<byte> body) : IResult, IEndpointMetadataProvider
{
    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(T), [MediaTypeNames.Application.Json]));

    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.ContentType = "application/json; charset=utf-8";
        httpContext.Response.ContentLength = body.Length;
        return httpContext.Response.BodyWriter.WriteAsync(body, httpContext.RequestAborted).AsTask();
    }
}

/// <summary>Writes a <see cref="Page{T}"/> whose rows begin with something that was written before.</summary>
internal static class PageBytes
{
    /// <param name="bytes">About how many a row takes.</param>
    /// <param name="write">Writes one row. Its beginning is an object without the closing brace, by <see cref="Open"/>; what follows are members.</param>
    public static ReadOnlyMemory<byte> Write<TRow>(IReadOnlyList<TRow> rows, int bytes, PageQuery query, int total, JsonSerializerOptions options, Action<Utf8JsonWriter, TRow> write)
    {
        var buffer = new ArrayBufferWriter<byte>((rows.Count * bytes) + 200);
        // Not validated, because a row is opened by bytes that the writer does not look into.
        using var writer = new Utf8JsonWriter(buffer, new() { Encoder = options.Encoder, SkipValidation = true });
        writer.WriteStartObject();
        writer.WriteStartArray("data"u8);
        foreach (var row in rows)
        {
            write(writer, row);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WritePropertyName("pagination"u8);
        JsonSerializer.Serialize(writer, Paging.Of(query, total), options);
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenMemory;
    }

    /// <returns>An object as JSON, to which members can be added.</returns>
    public static byte[] Open<T>(T value, JsonSerializerOptions options) => JsonSerializer.SerializeToUtf8Bytes(value, options)[..^1];
}
