namespace Storytime.LocalCloud.S3;

/// <summary>Files read one after the other as if they were one.</summary>
internal sealed class JoinedParts(IEnumerable<string> files) : Stream
{
    private readonly Queue<string> _next = new(files);
    private FileStream? _current;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> target, CancellationToken ct = default)
    {
        while (true)
        {
            if (_current is not null)
            {
                var read = await _current.ReadAsync(target, ct);
                if (read > 0) return read;
                await _current.DisposeAsync();
                _current = null;
            }

            if (!_next.TryDequeue(out var file)) return 0;
            _current = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, 0, FileOptions.Asynchronous);
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read it asynchronously.");
    public override void Flush() => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) _current?.Dispose();
        base.Dispose(disposing);
    }
}
