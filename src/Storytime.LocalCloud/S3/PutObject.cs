using System.Buffers;
using Storytime.LocalCloud.Signing;

namespace Storytime.LocalCloud.S3;

/// <summary>PUT /{bucket}/{key} (https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html).</summary>
internal static class PutObject
{
    private const long LargestPut = 5L * 1024 * 1024 * 1024;
    private static readonly string[] KeptHeaders = ["Cache-Control", "Content-Disposition", "Content-Language", "Expires"];

    public static async Task HandleAsync(HttpContext http, ObjectStore store, string bucket, string key, SigV4Signature signature, CancellationToken ct)
    {
        var request = http.Request;
        if (request.Headers.ContainsKey("x-amz-copy-source")) throw S3Error.NotImplemented();
        if (request.Headers.IfNoneMatch == "*" && store.Find(bucket, key) is not null)
            throw new S3Error(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold");
        var streamed = signature.PayloadHash.StartsWith("STREAMING-", StringComparison.Ordinal);
        var length = DeclaredLength(request, streamed);
        var expected = ExpectedChecksums(request);
        var trailer = request.Headers["x-amz-trailer"].ToString().ToLowerInvariant();
        var computed = expected.Keys.Concat(BodyDigests.Lengths.ContainsKey(trailer) ? [trailer] : []).ToList();
        // Without any checksum S3 computes CRC64NVME itself.
        if (computed.Count == 0) computed.Add(BodyDigests.Crc64NvmeHeader);

        var hashed = !streamed && signature.PayloadHash != SigV4Verifier.UnsignedPayload;
        using var digests = new BodyDigests(computed.Concat(hashed ? ["payload"] : []));
        var file = store.NewWorkFile();
        try
        {
            if (streamed)
            {
                await using var chunks = new AwsChunkedStream(request.Body, signature);
                await ReceiveAsync(chunks, file, digests, length, ct);
                foreach (var (name, value) in chunks.Trailers.Where(pair => BodyDigests.Lengths.ContainsKey(pair.Key))) expected[name] = Decode(name, value);
            }
            else await ReceiveAsync(request.Body, file, digests, length, ct);

            var (md5, checksums) = digests.Finish();
            Compare(request, signature, expected, md5, checksums, hashed);
            var metadata = new ObjectMetadata
            {
                Key = key,
                Size = digests.Size,
                ETag = Convert.ToHexStringLower(md5),
                VersionId = ObjectStore.NewVersionId(),
                LastModified = store.Now(),
                ContentType = string.IsNullOrEmpty(request.ContentType) ? "binary/octet-stream" : request.ContentType,
                Headers = Kept(request),
                Checksums = checksums.Where(pair => pair.Key != "payload").ToDictionary(pair => pair.Key, pair => Convert.ToBase64String(pair.Value)),
            };
            store.Commit(bucket, metadata, file);
            GetObject.WriteIdentity(http.Response, metadata, withChecksums: true);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static long DeclaredLength(HttpRequest request, bool streamed)
    {
        var declared = streamed
            ? long.TryParse(request.Headers["x-amz-decoded-content-length"], out var decoded) && decoded >= 0 ? decoded : (long?)null
            : request.ContentLength;
        if (declared is null) throw new S3Error(411, "MissingContentLength", "You must provide the Content-Length HTTP header.");
        return declared <= LargestPut ? declared.Value : throw new S3Error(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
        {
            Details = [("ProposedSize", $"{declared}"), ("MaxSizeAllowed", $"{LargestPut}")],
        };
    }

    private static Dictionary<string, byte[]> ExpectedChecksums(HttpRequest request) => BodyDigests.Lengths.Keys
        .Where(request.Headers.ContainsKey)
        .ToDictionary(name => name, name => Decode(name, request.Headers[name].ToString()));

    private static byte[] Decode(string header, string base64)
    {
        var bytes = new byte[64];
        return Convert.TryFromBase64String(base64, bytes, out var count) && count == BodyDigests.Lengths[header]
            ? bytes[..count]
            : throw S3Error.InvalidRequest($"Value for {header} header is invalid.");
    }

    private static async Task ReceiveAsync(Stream body, string file, BodyDigests digests, long length, CancellationToken ct)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(256 * 1024);
        try
        {
            await using var target = new FileStream(file, FileMode.CreateNew, FileAccess.Write, FileShare.None, 0, FileOptions.Asynchronous);
            int read;
            while ((read = await body.ReadAsync(buffer, ct)) > 0)
            {
                digests.Append(buffer.AsSpan(0, read));
                if (digests.Size > length) break;
                await target.WriteAsync(buffer.AsMemory(0, read), ct);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        if (digests.Size != length) throw S3Error.IncompleteBody();
    }

    private static void Compare(
        HttpRequest request, SigV4Signature signature, Dictionary<string, byte[]> expected, byte[] md5, IReadOnlyDictionary<string, byte[]> checksums, bool hashed)
    {
        if (hashed && !SigV4Verifier.FixedTimeEquals(Convert.ToHexStringLower(checksums["payload"]), signature.PayloadHash))
            throw new S3Error(400, "XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match what was computed.");
        if (request.Headers.ContentMD5.FirstOrDefault() is { } claimed && claimed != Convert.ToBase64String(md5))
            throw S3Error.BadDigest("Content-MD5");
        foreach (var (name, value) in expected)
        {
            if (!checksums.TryGetValue(name, out var actual) || !actual.AsSpan().SequenceEqual(value))
                throw S3Error.BadDigest(name["x-amz-checksum-".Length..].ToUpperInvariant());
        }
    }

    private static Dictionary<string, string> Kept(HttpRequest request)
    {
        var kept = request.Headers.Where(header => KeptHeaders.Contains(header.Key, StringComparer.OrdinalIgnoreCase)
                || header.Key.StartsWith("x-amz-meta-", StringComparison.OrdinalIgnoreCase))
            .ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value.ToString());
        // aws-chunked is of the transfer, not of the object.
        var encoding = string.Join(',', request.Headers.ContentEncoding.ToString().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Where(name => name != "aws-chunked"));
        if (encoding.Length > 0) kept["content-encoding"] = encoding;
        return kept;
    }
}
