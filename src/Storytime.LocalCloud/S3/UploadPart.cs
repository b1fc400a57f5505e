namespace Storytime.LocalCloud.S3;

/// <summary>PUT /{bucket}/{key}?partNumber&amp;uploadId (https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPart.html).</summary>
internal static class UploadPart
{
    public const int MostParts = 10_000;

    public static async Task HandleAsync(S3Request request)
    {
        if (request.Headers.ContainsKey("x-amz-copy-source")) throw S3Error.NotImplemented();
        if (!int.TryParse(request.Target.Parameter("partNumber"), out var number) || number is < 1 or > MostParts)
            throw S3Error.InvalidArgument($"Part number must be an integer between 1 and {MostParts}, inclusive");
        var upload = request.Uploads.FindOpen(request);
        using var body = await ReceivedBody.OfAsync(request, upload.Checksum);
        CheckAlgorithm(upload, body);

        // It may have been completed or aborted while the bytes came in.
        using var turn = await request.Uploads.EnterAsync(request);
        upload = request.Uploads.FindOpen(request);
        var part = new UploadedPart
        {
            Number = number,
            Size = body.Size,
            ETag = body.ETag,
            LastModified = request.Store.Now(),
            Checksums = upload.Checksum is null ? new Dictionary<string, string>() : body.Checksums,
            File = $"{number:00000}.{Guid.NewGuid():N}",
        };
        request.Uploads.CommitPart(upload, part, body.File);
        var headers = request.Response.Headers;
        headers.ETag = $"\"{part.ETag}\"";
        headers["x-amz-server-side-encryption"] = "AES256";
        foreach (var name in body.Claimed) headers[name] = body.Checksums[name];
    }

    /// <summary>Parts carry the checksum of the upload and no other; only where S3 computes that of the whole object itself may it be missing.</summary>
    private static void CheckAlgorithm(MultipartUpload upload, ReceivedBody body)
    {
        var wrong = body.Claimed.FirstOrDefault(name => name != upload.Checksum);
        if (wrong is null && (body.Claimed.Count > 0 || !upload.Composite)) return;
        string Name(string? header) => header is null ? "null" : BodyDigests.Algorithm(header).ToLowerInvariant();
        throw S3Error.InvalidRequest($"Checksum Type mismatch occurred, expected checksum Type: {Name(upload.Checksum)}, actual checksum Type: {Name(wrong)}");
    }
}
