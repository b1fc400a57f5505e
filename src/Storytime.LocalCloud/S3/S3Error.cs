using System.Security;
using System.Text;
using Storytime.LocalCloud.Http;
using Storytime.LocalCloud.Signing;

namespace Storytime.LocalCloud.S3;

/// <summary>An S3 error answer. Thrown, because a body that turns out to be bad is noticed deep inside a stream.</summary>
internal sealed class S3Error(int status, string code, string message) : Exception(message)
{
    public int Status { get; } = status;
    public string Code { get; } = code;

    /// <summary>Further elements of the XML, such as StringToSign.</summary>
    public IReadOnlyList<(string Name, string Value)> Details { get; init; } = [];

    /// <summary>Further headers, such as x-amz-delete-marker.</summary>
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    public static S3Error AccessDenied(string message = "Access Denied") => new(403, "AccessDenied", message);
    public static S3Error NoSuchBucket() => new(404, "NoSuchBucket", "The specified bucket does not exist");
    public static S3Error NoSuchKey(string key) => new(404, "NoSuchKey", "The specified key does not exist.") { Details = [("Key", key)] };
    public static S3Error BadDigest(string algorithm) => new(400, "BadDigest", $"The {algorithm} you specified did not match the calculated checksum.");
    public static S3Error InvalidRequest(string message) => new(400, "InvalidRequest", message);
    public static S3Error InvalidArgument(string message) => new(400, "InvalidArgument", message);
    public static S3Error PreconditionFailed() => new(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold");
    public static S3Error MethodNotAllowed() => new(405, "MethodNotAllowed", "The specified method is not allowed against this resource.");

    public static S3Error EntityTooLarge(long proposed, long most) => new(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
    {
        Details = [("ProposedSize", $"{proposed}"), ("MaxSizeAllowed", $"{most}")],
    };

    public static S3Error EntityTooSmall(long proposed, long least, params IEnumerable<(string, string)> details) =>
        new(400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size") { Details = [("ProposedSize", $"{proposed}"), ("MinSizeAllowed", $"{least}"), .. details] };

    public static S3Error NotImplemented() => new(501, "NotImplemented", "A header or query you provided implies functionality that is not implemented");
    public static S3Error IncompleteBody() => new(400, "IncompleteBody", "The request body terminated unexpectedly");

    /// <param name="malformed">The code where the place of the signature decides it.</param>
    public static S3Error Of(SigV4Refusal refusal, string malformed) => refusal.Problem switch
    {
        SigV4Problem.NotSigned => AccessDenied(),
        SigV4Problem.Malformed or SigV4Problem.WrongScope => new(400, malformed, refusal.Message),
        SigV4Problem.UnknownAccessKey => new(403, "InvalidAccessKeyId", refusal.Message),
        SigV4Problem.TooSkewed => new(403, "RequestTimeTooSkewed", refusal.Message),
        SigV4Problem.SignatureMismatch => new(403, "SignatureDoesNotMatch", refusal.Message)
        {
            Details = [("StringToSign", refusal.StringToSign!), .. refusal.CanonicalRequest is { } canonical ? [("CanonicalRequest", canonical)] : Array.Empty<(string, string)>()],
        },
        SigV4Problem.HeaderNotSigned or SigV4Problem.NotYetValid or SigV4Problem.Expired => AccessDenied(refusal.Message),
        _ => throw new InvalidOperationException($"Unknown problem {refusal.Problem}."),
    };

    public async Task WriteAsync(HttpResponse response, CancellationToken ct)
    {
        var (requestId, hostId) = (response.Headers["x-amz-request-id"].ToString(), response.Headers["x-amz-id-2"].ToString());
        var kept = response.Headers.Where(header => header.Key.StartsWith("access-control", StringComparison.OrdinalIgnoreCase) || header.Key == "Vary").ToList();
        response.Clear();
        foreach (var header in kept) response.Headers[header.Key] = header.Value;
        (response.Headers["x-amz-request-id"], response.Headers["x-amz-id-2"], response.Headers.Server) = (requestId, hostId, "AmazonS3");
        foreach (var (name, value) in Headers) response.Headers[name] = value;
        response.StatusCode = Status;
        await response.WriteTextAsync("application/xml", Xml(requestId, hostId), ct);
    }

    /// <summary>https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html</summary>
    private string Xml(string requestId, string hostId)
    {
        var xml = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>");
        foreach (var (name, value) in (IEnumerable<(string, string)>)[("Code", Code), ("Message", Message), .. Details, ("RequestId", requestId), ("HostId", hostId)])
        {
            xml.Append('<').Append(name).Append('>').Append(SecurityElement.Escape(value)).Append("</").Append(name).Append('>');
        }

        return xml.Append("</Error>").ToString();
    }
}
