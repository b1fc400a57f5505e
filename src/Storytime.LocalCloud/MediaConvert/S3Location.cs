using System.Text.RegularExpressions;

namespace Storytime.LocalCloud.MediaConvert;

/// <summary><c>s3://bucket/key</c>.</summary>
internal readonly partial record struct S3Location(string Bucket, string Key)
{
    public const string Pattern = "^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/.+$";

    public static S3Location? Parse(string? url) => url is not null && Form().Match(url) is { Success: true } match
        ? new S3Location(match.Groups[1].Value, match.Groups[2].Value)
        : null;

    public override string ToString() => $"s3://{Bucket}/{Key}";

    [GeneratedRegex("^s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/(.+)$")]
    private static partial Regex Form();
}
