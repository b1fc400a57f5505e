namespace Storytime.Platform;

/// <summary>Patterns for LIKE and ILIKE from what people type: every character stands for itself.</summary>
internal static class LikePattern
{
    public const string Escape = "\\";

    public static string Containing(string text)
    {
        var plain = text.Trim().Replace("\0", "", StringComparison.Ordinal)
            .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal);
        return $"%{plain}%";
    }
}
