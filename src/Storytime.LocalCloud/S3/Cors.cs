using Microsoft.Net.Http.Headers;

namespace Storytime.LocalCloud.S3;

/// <summary>The CORS rule of both buckets (https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html).</summary>
internal static class Cors
{
    private const string Methods = "GET, PUT, POST, HEAD, DELETE";
    private const string Exposed = "ETag, x-amz-version-id, x-amz-checksum-sha256, x-amz-checksum-sha1, x-amz-checksum-crc32, x-amz-checksum-crc32c, x-amz-checksum-crc64nvme, x-amz-checksum-type";

    public static void Apply(HttpContext http, IReadOnlyList<string> allowedOrigins)
    {
        string? origin = http.Request.Headers.Origin;
        if (origin is null || !allowedOrigins.Contains(origin, StringComparer.Ordinal)) return;
        var headers = http.Response.Headers;
        headers.AccessControlAllowOrigin = origin;
        headers.AccessControlAllowCredentials = "true";
        headers.AccessControlExposeHeaders = Exposed;
        headers.Vary = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method";
    }

    /// <summary>A preflight carries no signature; the rule alone decides.</summary>
    public static void AnswerPreflight(HttpContext http)
    {
        var (request, headers) = (http.Request.Headers, http.Response.Headers);
        string? method = request.AccessControlRequestMethod;
        if (string.IsNullOrEmpty(request.Origin) || string.IsNullOrEmpty(method)) throw new S3Error(400, "BadRequest", "Insufficient information. Origin request header needed.");
        if (string.IsNullOrEmpty(headers.AccessControlAllowOrigin) || !Methods.Split(", ").Contains(method))
            throw new S3Error(403, "AccessForbidden", "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.");
        headers.AccessControlAllowMethods = Methods;
        if (!string.IsNullOrEmpty(request.AccessControlRequestHeaders)) headers.AccessControlAllowHeaders = request.AccessControlRequestHeaders;
        headers.AccessControlMaxAge = "3000";
        headers[HeaderNames.ContentLength] = "0";
    }
}
