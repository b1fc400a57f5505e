using System.Buffers;

namespace Storytime.LocalCloud.Http;

internal static class Bodies
{
    private const int BufferSize = 128 * 1024;

    /// <summary>Sends a part of an open file. The handle is held, so an object that is replaced meanwhile is still sent as it was.</summary>
    public static async Task SendAsync(this HttpResponse response, Stream file, long start, long length, CancellationToken ct)
    {
        file.Position = start;
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            while (length > 0)
            {
                var read = await file.ReadAsync(buffer.AsMemory(0, (int)Math.Min(length, buffer.Length)), ct);
                if (read == 0) break;
                await response.Body.WriteAsync(buffer.AsMemory(0, read), ct);
                length -= read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Writes a short answer; a HEAD gets the headers only.</summary>
    public static async Task WriteTextAsync(this HttpResponse response, string contentType, string text, CancellationToken ct)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(text);
        response.ContentType = contentType;
        response.ContentLength = bytes.Length;
        if (!HttpMethods.IsHead(response.HttpContext.Request.Method)) await response.Body.WriteAsync(bytes, ct);
    }
}
