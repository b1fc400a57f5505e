using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Storytime.LocalCloud.Signing;

namespace Storytime.LocalCloud.S3;

/// <summary>Decodes <c>Content-Encoding: aws-chunked</c> and verifies the chain of chunk signatures and the trailer
/// (https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html). Bytes are handed on before their chunk's signature is known,
/// so the caller may store nothing before the end of the stream.</summary>
internal sealed class AwsChunkedStream(Stream source, SigV4Signature seed) : Stream
{
    private const int LongestLine = 8 * 1024;
    private static readonly string EmptyHash = SigV4Verifier.HexSha256("");
    private readonly bool _signed = !seed.PayloadHash.StartsWith("STREAMING-UNSIGNED", StringComparison.Ordinal);
    private readonly IncrementalHash _chunkHash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly Dictionary<string, string> _trailers = [];
    private int _at;
    private int _filled;
    private long _left = -1;
    private bool _ended;
    private string _previous = seed.Hex;
    private string _claimed = "";

    /// <summary>Complete once the stream has ended; names in lower case.</summary>
    public IReadOnlyDictionary<string, string> Trailers => _trailers;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> target, CancellationToken ct = default)
    {
        if (_ended || target.Length == 0) return 0;
        if (_left < 0) await BeginChunkAsync(ct);
        if (_left == 0)
        {
            await EndAsync(ct);
            return 0;
        }

        if (_at == _filled) await FillAsync(ct);
        var count = (int)Math.Min(Math.Min(_left, _filled - _at), target.Length);
        _buffer.AsMemory(_at, count).CopyTo(target);
        _chunkHash.AppendData(_buffer, _at, count);
        _at += count;
        _left -= count;
        if (_left == 0)
        {
            if ((await ReadLineAsync(ct)).Length > 0) throw Malformed();
            CheckChunk();
            _left = -1;
        }

        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read it asynchronously.");
    public override void Flush() => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) _chunkHash.Dispose();
        base.Dispose(disposing);
    }

    private async Task BeginChunkAsync(CancellationToken ct)
    {
        var parts = (await ReadLineAsync(ct)).Split(';', 2);
        if (!long.TryParse(parts[0].Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _left) || _left < 0) throw Malformed();
        const string Prefix = "chunk-signature=";
        _claimed = parts.Length == 2 && parts[1].Trim().StartsWith(Prefix, StringComparison.Ordinal) ? parts[1].Trim()[Prefix.Length..] : "";
        if (_signed && _claimed.Length == 0) throw Malformed();
    }

    private void CheckChunk()
    {
        var hash = Convert.ToHexStringLower(_chunkHash.GetHashAndReset());
        if (_signed) Check(_claimed, $"AWS4-HMAC-SHA256-PAYLOAD\n{seed.Timestamp}\n{seed.Scope}\n{_previous}\n{EmptyHash}\n{hash}");
    }

    private async Task EndAsync(CancellationToken ct)
    {
        CheckChunk();
        var canonical = new StringBuilder();
        string? trailerSignature = null;
        for (var line = await ReadLineAsync(ct); line.Length > 0; line = await ReadLineAsync(ct))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0) throw Malformed();
            var (name, value) = (line[..colon].Trim().ToLowerInvariant(), line[(colon + 1)..].Trim());
            if (name == "x-amz-trailer-signature") trailerSignature = value;
            else
            {
                _trailers[name] = value;
                canonical.Append(name).Append(':').Append(value).Append('\n');
            }
        }

        if (_signed && seed.PayloadHash.EndsWith("-TRAILER", StringComparison.Ordinal))
            Check(trailerSignature ?? "", $"AWS4-HMAC-SHA256-TRAILER\n{seed.Timestamp}\n{seed.Scope}\n{_previous}\n{SigV4Verifier.HexSha256(canonical.ToString())}");
        _ended = true;
    }

    private void Check(string claimed, string stringToSign)
    {
        if (!SigV4Verifier.FixedTimeEquals(claimed, SigV4Verifier.Sign(seed.Key, stringToSign)))
            throw new S3Error(403, "SignatureDoesNotMatch", "The signature of a chunk or of the trailer does not match the signature we calculated.");
        _previous = claimed;
    }

    private async Task<string> ReadLineAsync(CancellationToken ct)
    {
        var line = new StringBuilder();
        while (true)
        {
            if (_at == _filled) await FillAsync(ct);
            var c = (char)_buffer[_at++];
            if (c == '\n') return line.ToString().TrimEnd('\r');
            if (line.Append(c).Length > LongestLine) throw Malformed();
        }
    }

    private async Task FillAsync(CancellationToken ct)
    {
        _at = 0;
        _filled = await source.ReadAsync(_buffer, ct);
        if (_filled == 0) throw S3Error.IncompleteBody();
    }

    private static S3Error Malformed() => S3Error.InvalidRequest("The aws-chunked body is malformed.");
}
