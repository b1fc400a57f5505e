namespace Storytime.LocalCloud.S3;

/// <summary>POST /{bucket}/{key}?uploads (https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateMultipartUpload.html).</summary>
internal static class CreateMultipartUpload
{
    public static async Task HandleAsync(S3Request request)
    {
        var (checksum, type) = Checksum(request.Headers);
        var upload = new MultipartUpload
        {
            UploadId = Guid.NewGuid().ToString("N"),
            Bucket = request.Bucket,
            Key = request.Key,
            VersionId = ObjectStore.NewVersionId(),
            Initiated = request.Store.Now(),
            Checksum = checksum,
            ChecksumType = type,
            ContentType = StoredHeaders.ContentType(request.Http.Request.ContentType),
            Headers = StoredHeaders.Of(request.Headers),
        };
        request.Uploads.Create(upload);
        var headers = request.Response.Headers;
        headers["x-amz-server-side-encryption"] = "AES256";
        if (checksum is not null) (headers["x-amz-checksum-algorithm"], headers["x-amz-checksum-type"]) = (BodyDigests.Algorithm(checksum), type);
        await S3Xml.WriteAsync(
            request.Response,
            S3Xml.Element("InitiateMultipartUploadResult", S3Xml.Element("Bucket", upload.Bucket), S3Xml.Element("Key", upload.Key), S3Xml.Element("UploadId", upload.UploadId)),
            request.Aborted);
    }

    /// <summary>A CRC64NVME is always of the whole object, a SHA always composite, the shorter CRCs either
    /// (https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html).</summary>
    private static (string? Header, string Type) Checksum(IHeaderDictionary headers)
    {
        var (algorithm, type) = (headers["x-amz-checksum-algorithm"].ToString(), headers["x-amz-checksum-type"].ToString());
        if (type is not ("" or ObjectMetadata.FullObject or ObjectMetadata.Composite)) throw S3Error.InvalidRequest("Value for x-amz-checksum-type header is invalid.");
        if (BodyDigests.Header(algorithm) is not { } header)
        {
            if (type.Length > 0) throw S3Error.InvalidRequest("The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.");
            return (null, ObjectMetadata.FullObject);
        }

        var whole = header == BodyDigests.Crc64NvmeHeader;
        if (type.Length == 0) type = whole ? ObjectMetadata.FullObject : ObjectMetadata.Composite;
        if (type == (whole ? ObjectMetadata.Composite : ObjectMetadata.FullObject) && (whole || BodyDigests.Lengths[header] > 4))
            throw S3Error.InvalidRequest($"The {type} checksum type cannot be used with the {algorithm.ToLowerInvariant()} checksum algorithm.");
        return (header, type);
    }
}
