using System.Diagnostics.CodeAnalysis;

namespace Storytime.LocalCloud.CloudFront;

/// <summary>CloudFront's alphabet: standard base64 with <c>+ = /</c> as <c>- _ ~</c>; not RFC 4648's url-safe one.</summary>
internal static class CloudFrontBase64
{
    public static bool TryDecode(string text, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        if (!text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '~')) return false;
        var buffer = new byte[text.Length];
        if (!Convert.TryFromBase64String(text.Replace('-', '+').Replace('_', '=').Replace('~', '/'), buffer, out var count) || count == 0) return false;
        bytes = buffer[..count];
        return true;
    }
}
