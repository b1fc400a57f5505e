using System.Buffers;
using Storytime.LocalCloud.Signing;

namespace Storytime.LocalCloud.S3;

/// <summary>The body of a request, in a work file, digested, and compared with everything that its sender claimed of it.</summary>
internal sealed class ReceivedBody : IDisposable
{
    public const long LargestPut = 5L * 1024 * 1024 * 1024;
    private const string Payload = "payload";

    private ReceivedBody(string file) => File = file;

    public string File { get; }
    public long Size { get; private set; }

    /// <summary>Hex MD5 without quotes.</summary>
    public string ETag { get; private set; } = "";

    /// <summary>Header name → base64.</summary>
    public IReadOnlyDictionary<string, string> Checksums { get; private set; } = new Dictionary<string, string>();

    /// <summary>The checksum headers that the sender gave, before the body or after it.</summary>
    public IReadOnlyCollection<string> Claimed { get; private set; } = [];

    /// <param name="checksum">The checksum header to compute in any case; null: CRC64NVME where the sender names none, as S3 does.</param>
    /// <param name="ownChecksums">False where checksum headers are not about this body.</param>
    /// <exception cref="S3Error">The body is not what was claimed.</exception>
    public static async Task<ReceivedBody> OfAsync(S3Request request, string? checksum = null, bool ownChecksums = true)
    {
        var signature = request.Signature;
        var streamed = signature.PayloadHash.StartsWith("STREAMING-", StringComparison.Ordinal);
        var length = DeclaredLength(request, streamed);
        var expected = ownChecksums ? BodyDigests.Claimed(name => request.Headers.TryGetValue(name, out var value) ? value.ToString() : null) : [];
        var trailer = request.Headers["x-amz-trailer"].ToString().ToLowerInvariant();
        var computed = expected.Keys.Concat(BodyDigests.Lengths.ContainsKey(trailer) ? [trailer] : []).ToHashSet();
        if (checksum is not null || computed.Count == 0) computed.Add(checksum ?? BodyDigests.Crc64NvmeHeader);
        var hashed = !streamed && signature.PayloadHash != SigV4Verifier.UnsignedPayload;
        if (hashed) computed.Add(Payload);

        await using var chunks = streamed ? new AwsChunkedStream(request.Http.Request.Body, signature) : null;
        var body = await CopyAsync(chunks ?? request.Http.Request.Body, request.Store, computed, length, request.Aborted);
        try
        {
            if (body.Size != length) throw S3Error.IncompleteBody();
            foreach (var (name, value) in BodyDigests.Claimed(name => chunks?.Trailers.GetValueOrDefault(name))) expected[name] = value;
            body.Compare(request, expected, hashed);
            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    /// <summary>Stops after <paramref name="limit"/> bytes; <see cref="Size"/> is then larger than that.</summary>
    public static async Task<ReceivedBody> CopyAsync(Stream source, ObjectStore store, IEnumerable<string> checksums, long limit, CancellationToken ct)
    {
        var body = new ReceivedBody(store.NewWorkFile());
        var buffer = ArrayPool<byte>.Shared.Rent(256 * 1024);
        try
        {
            using var digests = new BodyDigests(checksums);
            await using var target = new FileStream(body.File, FileMode.CreateNew, FileAccess.Write, FileShare.None, 0, FileOptions.Asynchronous);
            int read;
            while (digests.Size <= limit && (read = await source.ReadAsync(buffer, ct)) > 0)
            {
                digests.Append(buffer.AsSpan(0, read));
                if (digests.Size <= limit) await target.WriteAsync(buffer.AsMemory(0, read), ct);
            }

            var (md5, values) = digests.Finish();
            (body.Size, body.ETag) = (digests.Size, Convert.ToHexStringLower(md5));
            body.Checksums = values.ToDictionary(pair => pair.Key, pair => Convert.ToBase64String(pair.Value));
            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <exception cref="S3Error">BadDigest.</exception>
    public void Compare(IReadOnlyDictionary<string, string> expected)
    {
        Claimed = [.. expected.Keys];
        if (expected.FirstOrDefault(pair => Checksums.GetValueOrDefault(pair.Key) != pair.Value).Key is { } wrong) throw S3Error.BadDigest(BodyDigests.Algorithm(wrong));
    }

    /// <summary>The file is gone already when it has become an object or a part.</summary>
    public void Dispose() => System.IO.File.Delete(File);

    private void Compare(S3Request request, Dictionary<string, string> expected, bool hashed)
    {
        if (hashed && !SigV4Verifier.FixedTimeEquals(Convert.ToHexStringLower(Convert.FromBase64String(Checksums[Payload])), request.Signature.PayloadHash))
            throw new S3Error(400, "XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match what was computed.");
        if (request.Headers.ContentMD5.FirstOrDefault() is { } claimed && claimed != Convert.ToBase64String(Convert.FromHexString(ETag))) throw S3Error.BadDigest("Content-MD5");
        Checksums = Checksums.Where(pair => pair.Key != Payload).ToDictionary();
        Compare(expected);
    }

    private static long DeclaredLength(S3Request request, bool streamed)
    {
        var declared = streamed
            ? long.TryParse(request.Headers["x-amz-decoded-content-length"], out var decoded) && decoded >= 0 ? decoded : (long?)null
            : request.Http.Request.ContentLength;
        if (declared is null) throw new S3Error(411, "MissingContentLength", "You must provide the Content-Length HTTP header.");
        return declared <= LargestPut ? declared.Value : throw S3Error.EntityTooLarge(declared.Value, LargestPut);
    }
}
