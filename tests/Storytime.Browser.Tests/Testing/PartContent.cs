using System.Net;

namespace Storytime.Browser.Tests.Testing;

/// <summary>A part of a file as the body of a request, read while it is sent.</summary>
/// <param name="hold">Only half of it is sent until this is done.</param>
internal sealed class PartContent(string file, long offset, long size, Task? hold = null) : HttpContent
{
    private readonly TaskCompletionSource _half = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Done when half of it went out.</summary>
    public Task HalfIsSent => _half.Task;

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        using var handle = File.OpenHandle(file, options: FileOptions.Asynchronous);
        var buffer = new byte[1024 * 1024];
        for (long sent = 0; sent < size;)
        {
            if (hold is not null && sent >= size / 2)
            {
                await stream.FlushAsync();
                _half.TrySetResult();
                await hold;
            }

            var length = await RandomAccess.ReadAsync(handle, buffer.AsMemory(0, (int)Math.Min(buffer.Length, size - sent)), offset + sent);
            await stream.WriteAsync(buffer.AsMemory(0, length));
            sent += length;
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = size;
        return true;
    }
}
