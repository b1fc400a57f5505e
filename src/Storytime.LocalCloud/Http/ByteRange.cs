using System.Globalization;
using System.Text.RegularExpressions;

namespace Storytime.LocalCloud.Http;

/// <summary>One byte range of RFC 9110 section 14; several at once are answered with the whole, as S3 does.</summary>
internal readonly partial record struct ByteRange(long Start, long Length)
{
    /// <returns>Null for the whole object; <see cref="Length"/> 0 when no byte of the object is in the range (416).</returns>
    public static ByteRange? Parse(string? header, long size)
    {
        if (header is null || Single().Match(header) is not { Success: true } match) return null;
        var (first, last) = (match.Groups[1].Value, match.Groups[2].Value);
        if (first.Length == 0)
        {
            if (!TryParse(last, out var suffix)) return null;
            var length = Math.Min(suffix, size);
            return new ByteRange(size - length, length);
        }

        if (!TryParse(first, out var start)) return null;
        var end = size - 1;
        if (last.Length > 0)
        {
            if (!TryParse(last, out var asked) || asked < start) return null;
            end = Math.Min(asked, end);
        }

        return start >= size ? new ByteRange(0, 0) : new ByteRange(start, end - start + 1);
    }

    public string ContentRange(long size) => $"bytes {Start}-{Start + Length - 1}/{size}";

    private static bool TryParse(string digits, out long value) => long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    [GeneratedRegex(@"^\s*bytes\s*=\s*(\d*)-(\d*)\s*$", RegexOptions.IgnoreCase)]
    private static partial Regex Single();
}
