using System.IO.Compression;
using Storytime.LocalCloud.Http;
using Storytime.LocalCloud.S3;
using Storytime.LocalCloud.Signing;

namespace Storytime.LocalCloud.CloudFront;

/// <summary>The distribution: serves the output bucket to viewers with valid signed cookies (or URLs), refuses the others in CloudFront's own words.</summary>
internal sealed class CdnServer(ObjectStore store, IReadOnlyList<Behaviour> behaviours, CloudOptions options)
{
    private readonly KeyGroup _keys = new(options.CloudFrontKeys);

    public void MapTo(WebApplication app) => app.Run(HandleAsync);

    private async Task HandleAsync(HttpContext http)
    {
        var (request, response, ct) = (http.Request, http.Response, http.RequestAborted);
        var id = Convert.ToBase64String(Guid.NewGuid().ToByteArray()).TrimEnd('=');
        response.Headers.Via = "1.1 localcloud.cloudfront.net (CloudFront)";
        response.Headers["X-Amz-Cf-Pop"] = "LOC1-C1";
        response.Headers["X-Amz-Cf-Id"] = id;
        ApplyCors(http);
        if (HttpMethods.IsOptions(request.Method))
        {
            // A preflight carries no cookies, so asking for a signature would shut browsers out; whether CloudFront does is not documented.
            AnswerPreflight(http);
            return;
        }

        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
        {
            await RefuseAsync(response, "text/html", "This distribution is not configured to allow the HTTP request method that was used for this request.", ct);
            return;
        }

        var target = RawTarget.Of(http);
        var behaviour = behaviours.First(candidate => candidate.Matches(CdnPath.Normalise(target.Path)));
        if (behaviour.Signed && _keys.Check(SignedRequest.Of(http), http.Connection.RemoteIpAddress, options.Time.GetUtcNow()) is { } refusal)
        {
            await RefuseAsync(response, "text/xml", refusal.Xml, ct);
            return;
        }

        if (!CdnPath.TryGetKey(target.Path, out var key) || !store.TryOpen(behaviour.Bucket, key, out var metadata, out var data))
        {
            // The distribution may read objects but not list the bucket, so S3 says 403 and not 404.
            await RefuseAsync(response, "application/xml", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>AccessDenied</Code><Message>Access Denied</Message>"
                + $"<RequestId>{Guid.NewGuid().ToString("N")[..16].ToUpperInvariant()}</RequestId><HostId>{id}</HostId></Error>", ct);
            return;
        }

        await using var file = data;
        await ServeAsync(http, metadata, file, ct);
    }

    private void ApplyCors(HttpContext http)
    {
        var headers = http.Response.Headers;
        headers.Vary = "Origin";
        string? origin = http.Request.Headers.Origin;
        if (origin is null || !options.AllowedOrigins.Contains(origin, StringComparer.Ordinal)) return;
        headers.AccessControlAllowOrigin = origin;
        headers.AccessControlAllowCredentials = "true";
        headers.AccessControlExposeHeaders = "ETag, Content-Length, Content-Range";
    }

    private static void AnswerPreflight(HttpContext http)
    {
        if (string.IsNullOrEmpty(http.Response.Headers.AccessControlAllowOrigin)) return;
        http.Response.Headers.AccessControlAllowMethods = "GET, HEAD";
        http.Response.Headers.AccessControlAllowHeaders = "Range";
        http.Response.Headers.AccessControlMaxAge = "600";
    }

    private static async Task RefuseAsync(HttpResponse response, string contentType, string body, CancellationToken ct)
    {
        response.StatusCode = StatusCodes.Status403Forbidden;
        response.Headers.Server = "CloudFront";
        response.Headers["X-Cache"] = "Error from cloudfront";
        await response.WriteTextAsync(contentType, body, ct);
    }

    private static async Task ServeAsync(HttpContext http, ObjectMetadata metadata, FileStream file, CancellationToken ct)
    {
        var (request, response) = (http.Request, http.Response);
        response.Headers.Server = "AmazonS3";
        response.Headers["X-Cache"] = "Miss from cloudfront";
        response.Headers.AcceptRanges = "bytes";
        response.Headers.LastModified = GetObject.HttpDate(metadata.LastModified);
        response.ContentType = CdnPath.ContentType(metadata);
        if (metadata.Headers.TryGetValue("cache-control", out var cacheControl)) response.Headers.CacheControl = cacheControl;

        // CloudFront makes the ETag weak when it compresses, as the bytes are no longer those of S3.
        var compress = Compression.Applies(request, response.ContentType, metadata.Size);
        response.Headers.ETag = compress ? $"W/\"{metadata.ETag}\"" : $"\"{metadata.ETag}\"";
        if (Compression.IsCompressible(response.ContentType)) response.Headers.Vary = "Origin, Accept-Encoding";
        if (request.Headers.IfNoneMatch.ToString().Split(',', StringSplitOptions.TrimEntries).Any(etag => etag == "*" || etag.Replace("W/", "", StringComparison.Ordinal).Trim('"') == metadata.ETag))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        if (compress)
        {
            response.Headers.ContentEncoding = "gzip";
            if (HttpMethods.IsHead(request.Method)) return;
            await using var gzip = new GZipStream(response.Body, CompressionLevel.Fastest, leaveOpen: true);
            await file.CopyToAsync(gzip, ct);
            return;
        }

        var range = ByteRange.Parse(request.Headers.Range, metadata.Size);
        if (range is { Length: 0 })
        {
            response.StatusCode = StatusCodes.Status416RangeNotSatisfiable;
            response.Headers.ContentRange = $"bytes */{metadata.Size}";
            response.Headers["X-Cache"] = "Error from cloudfront";
            await response.WriteTextAsync("application/xml", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>InvalidRange</Code><Message>The requested range is not satisfiable</Message></Error>", ct);
            return;
        }

        var (start, length) = range is { } part ? (part.Start, part.Length) : (0, metadata.Size);
        if (range is { } sent)
        {
            response.StatusCode = StatusCodes.Status206PartialContent;
            response.Headers.ContentRange = sent.ContentRange(metadata.Size);
        }

        response.ContentLength = length;
        if (!HttpMethods.IsHead(request.Method)) await response.SendAsync(file, start, length, ct);
    }
}
