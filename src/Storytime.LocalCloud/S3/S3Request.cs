using Storytime.LocalCloud.Signing;

namespace Storytime.LocalCloud.S3;

/// <summary>A signed request to an existing bucket; <see cref="Key"/> is empty for an operation on the bucket itself.</summary>
internal sealed record S3Request(HttpContext Http, ObjectStore Store, MultipartStore Uploads, string Bucket, string Key, RawTarget Target, SigV4Signature Signature)
{
    public IHeaderDictionary Headers => Http.Request.Headers;

    public HttpResponse Response => Http.Response;

    public CancellationToken Aborted => Http.RequestAborted;

    /// <exception cref="S3Error">Not a whole number from 0 on.</exception>
    public int Number(string parameter, int absent, int most) => Target.Parameter(parameter) switch
    {
        null or "" => absent,
        var text when uint.TryParse(text, out var number) => (int)Math.Min(number, (uint)most),
        _ => throw S3Error.InvalidArgument($"Provided {parameter} not an integer or within integer range"),
    };
}
