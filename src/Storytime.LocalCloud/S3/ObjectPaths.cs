using System.Security.Cryptography;
using System.Text;

namespace Storytime.LocalCloud.S3;

/// <summary>Key → place under the bucket's folder. Every segment is escaped, so that no key (<c>../x</c>, <c>a//b</c>, <c>/etc</c>) can leave the folder, and
/// files always hold an <c>@</c>, which folders never do, so that <c>a</c> and <c>a/b</c> live side by side.</summary>
internal static class ObjectPaths
{
    public const string MetadataSuffix = "@meta";
    private const int LongestName = 150;

    public static string Metadata(string bucketFolder, string key) => Locate(bucketFolder, key) + MetadataSuffix;

    public static string Data(string bucketFolder, string key, string versionId) => $"{Locate(bucketFolder, key)}@{versionId}";

    /// <summary>The deepest folder that holds every key with this prefix.</summary>
    public static string FolderOf(string bucketFolder, string prefix)
    {
        var slash = prefix.LastIndexOf('/');
        return slash < 0 ? bucketFolder : Locate(bucketFolder, prefix[..slash]);
    }

    private static string Locate(string bucketFolder, string key) => Path.Combine([bucketFolder, .. key.Split('/').Select(Escape)]);

    private static string Escape(string segment)
    {
        var name = new StringBuilder();
        foreach (var b in Encoding.UTF8.GetBytes(segment))
        {
            var c = (char)b;
            // A leading dot is escaped too: it covers "." and ".." and hidden files.
            if (char.IsAsciiLetterOrDigit(c) || c is '-' or '_' || (c == '.' && name.Length > 0)) name.Append(c);
            else name.Append('%').Append(b.ToString("X2", null));
        }

        if (name.Length == 0) return "%";
        if (name.Length <= LongestName) return name.ToString();
        // File names end at 255 bytes, keys at 1,024: the hash keeps long ones apart ("%" followed by "h" is no escape).
        return $"{name.ToString(0, 80)}%h{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(segment)))}";
    }
}
