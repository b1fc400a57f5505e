using System.Text.RegularExpressions;

namespace Storytime.Videos;

/// <summary>The outputs of one encode in the bucket: looked at before children may ask for them, deleted when nobody can any more.</summary>
internal sealed partial class HlsOutputs(VideoBuckets buckets)
{
    /// <summary>Looks for the main manifest and for every playlist that it names.</summary>
    /// <param name="basePath">With a slash at its end.</param>
    /// <returns>The key of the first one that is not there; null when all are.</returns>
    public async Task<string?> MissingAsync(string basePath, CancellationToken ct)
    {
        var manifest = basePath + "index.m3u8";
        if (await buckets.ReadOutputTextAsync(manifest, ct) is not { } text || !text.StartsWith("#EXTM3U", StringComparison.Ordinal))
            return manifest;
        var playlists = Playlists(text);
        if (playlists.Count == 0)
            return $"a variant in {manifest}";
        foreach (var playlist in playlists)
        {
            if (!await buckets.HasOutputAsync(basePath + playlist, ct))
                return basePath + playlist;
        }
        return null;
    }

    /// <summary>Deletes what one encode wrote. Below the first prefix of a book (<c>hls/</c>) are those of its later encodes (<c>hls/v2/</c>), which stay.</summary>
    public Task<int> DeleteAsync(string basePath, CancellationToken ct) =>
        buckets.DeleteOutputsAsync(basePath, key => !LaterEncode().IsMatch(key.AsSpan(basePath.Length)), ct);

    /// <summary>Variants stand on lines of their own; renditions and I-frame playlists in attributes (RFC 8216, section 4.3.4).</summary>
    internal static IReadOnlyCollection<string> Playlists(string manifest) =>
    [
        .. manifest.ReplaceLineEndings("\n").Split('\n').Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Trim())
            .Concat(UriAttribute().Matches(manifest).Select(m => m.Groups[1].Value)).Distinct(),
    ];

    [GeneratedRegex("[:,]URI=\"([^\"]+)\"")]
    private static partial Regex UriAttribute();

    [GeneratedRegex("^v[0-9]+(-[0-9]+)?/")]
    private static partial Regex LaterEncode();
}
