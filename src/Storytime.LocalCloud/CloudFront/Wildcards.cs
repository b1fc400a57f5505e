namespace Storytime.LocalCloud.CloudFront;

/// <summary><c>*</c> is zero or more characters (slashes too), <c>?</c> exactly one
/// (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-setting-signed-cookie-custom-policy.html).</summary>
internal static class Wildcards
{
    /// <summary>Greedy with one step back to the last star: linear for real patterns, and never exponential for hostile ones.</summary>
    public static bool Match(string pattern, string text)
    {
        var (p, t, star, mark) = (0, 0, -1, 0);
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*') (star, mark) = (p++, t);
            else if (p < pattern.Length && (pattern[p] == '?' || pattern[p] == text[t])) (p, t) = (p + 1, t + 1);
            else if (star >= 0) (p, t) = (star + 1, ++mark);
            else return false;
        }

        while (p < pattern.Length && pattern[p] == '*') p++;
        return p == pattern.Length;
    }
}
