using Storytime.LocalCloud.Signing;

namespace Storytime.LocalCloud.S3;

/// <summary>S3, path style: <c>/{bucket}/{key}</c>.</summary>
internal sealed class S3Server(ObjectStore store, SigV4Verifier verifier, CloudOptions options)
{
    private static readonly string[] Subresources = ["uploadId", "uploads", "partNumber", "delete", "versions", "acl", "tagging", "attributes", "versioning", "cors", "policy", "lifecycle", "location"];
    private readonly MultipartStore _uploads = new(store);

    /// <summary>S3 chooses the operation by method and query, which routing cannot express, so there is one handler.</summary>
    public void MapTo(WebApplication app) => app.Run(HandleAsync);

    private async Task HandleAsync(HttpContext http)
    {
        var headers = http.Response.Headers;
        headers["x-amz-request-id"] = Guid.NewGuid().ToString("N")[..16].ToUpperInvariant();
        headers["x-amz-id-2"] = Convert.ToBase64String(Guid.NewGuid().ToByteArray());
        headers.Server = "AmazonS3";
        Cors.Apply(http, options.AllowedOrigins);
        try
        {
            await DispatchAsync(http);
        }
        catch (S3Error error) when (!http.Response.HasStarted)
        {
            // Reading the rest of a refused upload would take as long as the upload; S3 closes the connection too.
            if (http.Request.ContentLength is > 0) headers.Connection = "close";
            await error.WriteAsync(http.Response, http.RequestAborted);
        }
        catch (BadHttpRequestException) when (!http.Response.HasStarted)
        {
            await S3Error.IncompleteBody().WriteAsync(http.Response, CancellationToken.None);
        }
    }

    private async Task DispatchAsync(HttpContext http)
    {
        if (HttpMethods.IsOptions(http.Request.Method))
        {
            Cors.AnswerPreflight(http);
            return;
        }

        var target = RawTarget.Of(http);
        var (bucket, key) = Split(target.Path);
        var signature = Authenticate(http);
        if (bucket.Length == 0) throw S3Error.NotImplemented();
        if (!store.HasBucket(bucket)) throw S3Error.NoSuchBucket();
        if (key.Length > 1024) throw new S3Error(400, "KeyTooLongError", "Your key is too long");
        await Operation(new S3Request(http, store, _uploads, bucket, key, target, signature));
    }

    /// <summary>Chosen by method, by whether there is a key, and by the parameter that names a subresource.</summary>
    private Task Operation(S3Request request)
    {
        var parameters = request.Target.Parameters().Select(parameter => parameter.Key).ToHashSet();
        var subresource = Subresources.FirstOrDefault(parameters.Contains) ?? "";
        return (request.Http.Request.Method, request.Key.Length > 0, subresource) switch
        {
            ("PUT", true, "") when request.Headers.ContainsKey(CopyObject.Source) => CopyObject.HandleAsync(request),
            ("PUT", true, "") => PutObject.HandleAsync(request),
            ("GET" or "HEAD", true, "") => GetObject.HandleAsync(request),
            ("DELETE", true, "") => DeleteObject.HandleAsync(request),
            ("POST", true, "uploads") => CreateMultipartUpload.HandleAsync(request),
            ("PUT", true, "uploadId") => UploadPart.HandleAsync(request),
            ("GET", true, "uploadId") => ListParts.HandleAsync(request),
            ("POST", true, "uploadId") => CompleteMultipartUpload.HandleAsync(request),
            ("DELETE", true, "uploadId") => AbortMultipartUpload.HandleAsync(request),
            ("GET", false, "") => ListObjects.HandleAsync(request),
            ("GET", false, "uploads") => ListMultipartUploads.HandleAsync(request),
            ("GET", false, "versions") => ListObjectVersions.HandleAsync(request),
            ("HEAD", false, "") => HeadBucketAsync(request),
            (_, _, "") => throw S3Error.MethodNotAllowed(),
            // A subresource that is not here must not be taken for the plain operation.
            _ => throw S3Error.NotImplemented(),
        };
    }

    private Task HeadBucketAsync(S3Request request)
    {
        request.Response.Headers["x-amz-bucket-region"] = options.Region;
        return Task.CompletedTask;
    }

    private static (string Bucket, string Key) Split(string rawPath)
    {
        var path = rawPath.TrimStart('/');
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? (Uri.UnescapeDataString(path), "") : (Uri.UnescapeDataString(path[..slash]), Uri.UnescapeDataString(path[(slash + 1)..]));
    }

    private SigV4Signature Authenticate(HttpContext http)
    {
        var refusal = verifier.Verify(http, "s3", SigV4Verifier.UnsignedPayload, out var signature);
        if (refusal is null) return signature!;
        throw refusal.Problem switch
        {
            SigV4Problem.NotSigned => S3Error.AccessDenied(),
            SigV4Problem.Malformed when http.Request.Headers.Authorization.Count > 0 => new S3Error(400, "AuthorizationHeaderMalformed", refusal.Message),
            SigV4Problem.Malformed => new S3Error(400, "AuthorizationQueryParametersError", refusal.Message),
            SigV4Problem.WrongScope => new S3Error(400, "AuthorizationHeaderMalformed", refusal.Message),
            SigV4Problem.UnknownAccessKey => new S3Error(403, "InvalidAccessKeyId", refusal.Message),
            SigV4Problem.TooSkewed => new S3Error(403, "RequestTimeTooSkewed", refusal.Message),
            SigV4Problem.SignatureMismatch => new S3Error(403, "SignatureDoesNotMatch", refusal.Message)
            {
                Details = [("StringToSign", refusal.StringToSign!), ("CanonicalRequest", refusal.CanonicalRequest!)],
            },
            SigV4Problem.HeaderNotSigned or SigV4Problem.NotYetValid or SigV4Problem.Expired => S3Error.AccessDenied(refusal.Message),
            _ => throw new InvalidOperationException($"Unknown problem {refusal.Problem}."),
        };
    }
}
