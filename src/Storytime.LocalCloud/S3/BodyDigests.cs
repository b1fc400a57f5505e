using System.Security.Cryptography;

namespace Storytime.LocalCloud.S3;

/// <summary>Every digest that an upload needs, in one pass: MD5 for the ETag, SHA-256 where the payload was signed, and the checksums asked for.</summary>
internal sealed class BodyDigests : IDisposable
{
    public const string Crc64NvmeHeader = "x-amz-checksum-crc64nvme";

    /// <summary>Checksum header → length of the digest in bytes
    /// (https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html).</summary>
    public static readonly IReadOnlyDictionary<string, int> Lengths = new Dictionary<string, int>
    {
        ["x-amz-checksum-crc32"] = 4,
        ["x-amz-checksum-crc32c"] = 4,
        [Crc64NvmeHeader] = 8,
        ["x-amz-checksum-sha1"] = 20,
        ["x-amz-checksum-sha256"] = 32,
    };

    /// <summary><c>x-amz-checksum-sha256</c> → <c>SHA256</c>.</summary>
    public static string Algorithm(string header) => header["x-amz-checksum-".Length..].ToUpperInvariant();

    /// <summary>The header of an algorithm that a client names (SHA256); null when it names none.</summary>
    /// <exception cref="S3Error">Nobody knows it.</exception>
    public static string? Header(string? algorithm) => string.IsNullOrEmpty(algorithm) ? null
        : Lengths.Keys.FirstOrDefault(header => Algorithm(header).Equals(algorithm, StringComparison.OrdinalIgnoreCase))
        ?? throw S3Error.InvalidRequest("Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]");

    /// <summary>The checksums that <paramref name="find"/> gives, by header name.</summary>
    /// <exception cref="S3Error">One is not base64 of its length.</exception>
    public static Dictionary<string, string> Claimed(Func<string, string?> find)
    {
        Dictionary<string, string> claimed = [];
        var bytes = new byte[64];
        foreach (var (header, length) in Lengths)
        {
            if (find(header) is not { } base64) continue;
            if (!Convert.TryFromBase64String(base64, bytes, out var count) || count != length) throw S3Error.InvalidRequest($"Value for {header} header is invalid.");
            claimed[header] = base64;
        }

        return claimed;
    }

    private readonly IncrementalHash _md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
    private readonly Dictionary<string, IncrementalHash> _hashes = [];
    private readonly Dictionary<string, Crc> _crcs = [];

    public BodyDigests(IEnumerable<string> checksumHeaders)
    {
        foreach (var header in checksumHeaders)
        {
            switch (header)
            {
                case "x-amz-checksum-crc32": _crcs[header] = Crc.Crc32(); break;
                case "x-amz-checksum-crc32c": _crcs[header] = Crc.Crc32C(); break;
                case Crc64NvmeHeader: _crcs[header] = Crc.Crc64Nvme(); break;
                case "x-amz-checksum-sha1": _hashes[header] = IncrementalHash.CreateHash(HashAlgorithmName.SHA1); break;
                default: _hashes[header] = IncrementalHash.CreateHash(HashAlgorithmName.SHA256); break;
            }
        }
    }

    public static byte[] Md5(byte[] data)
    {
#pragma warning disable CA5351 // S3's ETag is an MD5; nothing here trusts it.
        return MD5.HashData(data);
#pragma warning restore CA5351
    }

    public long Size { get; private set; }

    public void Append(ReadOnlySpan<byte> data)
    {
        Size += data.Length;
        _md5.AppendData(data);
        foreach (var hash in _hashes.Values) hash.AppendData(data);
        foreach (var crc in _crcs.Values) crc.Append(data);
    }

    /// <summary>MD5 and every checksum, by header name.</summary>
    public (byte[] Md5, IReadOnlyDictionary<string, byte[]> Checksums) Finish()
    {
        var checksums = _crcs.ToDictionary(pair => pair.Key, pair => pair.Value.Finish());
        foreach (var (header, hash) in _hashes) checksums[header] = hash.GetCurrentHash();
        return (_md5.GetCurrentHash(), checksums);
    }

    public void Dispose()
    {
        _md5.Dispose();
        foreach (var hash in _hashes.Values) hash.Dispose();
    }
}
