namespace Storytime.LocalCloud.CloudFront;

/// <summary>The edge's refusals, always 403 (https://repost.aws/knowledge-center/cloudfront-troubleshoot-signed-url-cookies and captured answers).</summary>
internal sealed record CloudFrontRefusal(string Code, string Message)
{
    public static readonly CloudFrontRefusal MissingKey = new("MissingKey", "Missing Key-Pair-Id query parameter or cookie value");
    public static readonly CloudFrontRefusal InvalidKey = new("InvalidKey", "Unknown Key");
    public static readonly CloudFrontRefusal MalformedSignature = new("MalformedSignature", "Could not unencode Signature");
    public static readonly CloudFrontRefusal MalformedPolicy = new("MalformedPolicy", "Malformed Policy");
    public static readonly CloudFrontRefusal AccessDenied = new("AccessDenied", "Access denied");

    public string Xml => $"<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>{Code}</Code><Message>{Message}</Message></Error>";
}
