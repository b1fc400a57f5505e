using Storytime.LocalCloud.Signing;

namespace Storytime.LocalCloud.S3;

/// <summary>S3, path style: <c>/{bucket}/{key}</c>.</summary>
internal sealed class S3Server(ObjectStore store, SigV4Verifier verifier, CloudOptions options)
{
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
            await DispatchAsync(http, http.RequestAborted);
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

    private async Task DispatchAsync(HttpContext http, CancellationToken ct)
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

        // Multipart, presigned POST and the like come with these; they must not be taken for a plain PUT.
        if (target.Parameters().Any(parameter => parameter.Key is "uploadId" or "uploads" or "partNumber" or "delete" or "acl" or "tagging")) throw S3Error.NotImplemented();
        switch (http.Request.Method, key.Length > 0)
        {
            case ("PUT", true): await PutObject.HandleAsync(http, store, bucket, key, signature, ct); break;
            case ("GET" or "HEAD", true): await GetObject.HandleAsync(http, store, bucket, key, target, ct); break;
            case ("DELETE", true): Delete(http, bucket, key); break;
            case ("GET", false): await ListObjects.HandleAsync(http, store, bucket, target, ct); break;
            case ("HEAD", false): http.Response.Headers["x-amz-bucket-region"] = options.Region; break;
            default: throw new S3Error(405, "MethodNotAllowed", "The specified method is not allowed against this resource.");
        }
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

    private void Delete(HttpContext http, string bucket, string key)
    {
        store.Delete(bucket, key);
        http.Response.StatusCode = StatusCodes.Status204NoContent;
    }
}
