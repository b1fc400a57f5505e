using System.Globalization;
using System.Xml.Linq;

namespace Storytime.LocalCloud.S3;

/// <summary>POST /{bucket}/{key}?uploadId (https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html).</summary>
internal static class CompleteMultipartUpload
{
    private const long SmallestPart = 5 * 1024 * 1024;

    public static async Task HandleAsync(S3Request request)
    {
        IReadOnlyList<XElement> asked;
        // The checksum headers of this request are of the object to be, not of the XML.
        using (var body = await ReceivedBody.OfAsync(request, ownChecksums: false))
        {
            asked = [.. S3Xml.Children(S3Xml.Read(body, "CompleteMultipartUpload"), "Part")];
        }

        using var turn = await request.Uploads.EnterAsync(request);
        var upload = request.Uploads.Find(request);
        // A client that lost the answer asks again, and gets it.
        var made = upload.Completed ?? await MakeAsync(request, upload, asked);
        if (request.Store.IsVersioned(upload.Bucket)) request.Response.Headers["x-amz-version-id"] = made.VersionId;
        request.Response.Headers["x-amz-server-side-encryption"] = "AES256";
        await S3Xml.WriteAsync(
            request.Response,
            S3Xml.Element(
                "CompleteMultipartUploadResult",
                S3Xml.Element("Location", $"{request.Http.Request.Scheme}://{request.Http.Request.Host}{request.Target.Path}"),
                S3Xml.Element("Bucket", upload.Bucket),
                S3Xml.Element("Key", upload.Key),
                S3Xml.Element("ETag", $"\"{made.ETag}\""),
                S3Xml.Checksums(made.Checksums),
                S3Xml.Element("ChecksumType", made.ChecksumType)),
            request.Aborted);
    }

    private static async Task<ObjectMetadata> MakeAsync(S3Request request, MultipartUpload upload, IReadOnlyList<XElement> asked)
    {
        PutObject.CheckAbsent(request);
        var parts = Chosen(upload, request.Uploads.Parts(upload).ToDictionary(part => part.Number), asked);
        var checksum = upload.Checksum ?? BodyDigests.Crc64NvmeHeader;
        await using var joined = new JoinedParts(parts.Select(part => request.Uploads.PartFile(upload, part)));
        // A client that hangs up must not undo half the work; it will ask again.
        using var body = await ReceivedBody.CopyAsync(joined, request.Store, upload.Composite ? [] : [checksum], long.MaxValue, CancellationToken.None);
        var metadata = new ObjectMetadata
        {
            Key = upload.Key,
            Size = body.Size,
            ETag = $"{Convert.ToHexStringLower(BodyDigests.Md5(parts.SelectMany(part => Convert.FromHexString(part.ETag)).ToArray()))}-{parts.Count}",
            VersionId = upload.VersionId,
            LastModified = upload.Initiated,
            ContentType = upload.ContentType,
            Headers = upload.Headers,
            Checksums = upload.Composite ? new Dictionary<string, string> { [checksum] = CompositeOf(checksum, parts) } : body.Checksums,
            ChecksumType = upload.ChecksumType,
        };
        CheckWhole(request, checksum, metadata);
        request.Store.Commit(upload.Bucket, metadata, body.File);
        request.Uploads.Complete(upload, metadata);
        return metadata;
    }

    /// <summary>The parts that the client listed, in its order: S3 drops those that it left out.</summary>
    private static List<UploadedPart> Chosen(MultipartUpload upload, Dictionary<int, UploadedPart> stored, IReadOnlyList<XElement> asked)
    {
        if (asked.Count is 0 or > UploadPart.MostParts) throw S3Xml.Malformed();
        List<UploadedPart> chosen = [];
        foreach (var element in asked)
        {
            if (!int.TryParse(S3Xml.Text(element, "PartNumber"), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || S3Xml.Text(element, "ETag") is not { } etag) throw S3Xml.Malformed();
            if (chosen.Count > 0 && number <= chosen[^1].Number)
                throw new S3Error(400, "InvalidPartOrder", "The list of parts was not in ascending order. Parts must be ordered by part number.") { Details = [("UploadId", upload.UploadId)] };
            if (!stored.TryGetValue(number, out var part) || etag.Trim('"') != part.ETag) throw InvalidPart(upload, number, etag);
            var missing = upload.Composite;
            foreach (var name in BodyDigests.Lengths.Keys)
            {
                if (S3Xml.Text(element, S3Xml.ChecksumName(name)) is not { } claimed) continue;
                if (part.Checksums.GetValueOrDefault(name) != claimed) throw InvalidPart(upload, number, etag);
                missing &= name != upload.Checksum;
            }

            if (missing)
            {
                throw S3Error.InvalidRequest($"The upload was created using a {BodyDigests.Algorithm(upload.Checksum!).ToLowerInvariant()} checksum. The complete request must include the checksum for each part. "
                    + $"It was missing for part {number} in the request.");
            }

            chosen.Add(part);
        }

        if (chosen.SkipLast(1).FirstOrDefault(part => part.Size < SmallestPart) is { } small)
            throw S3Error.EntityTooSmall(small.Size, SmallestPart, ("PartNumber", $"{small.Number}"), ("ETag", small.ETag));
        // "Part numbers must be consecutive, or S3 answers 500": so does AWS's page on checksums.
        if (upload.Composite && chosen[^1].Number != chosen.Count) throw new S3Error(500, "InternalError", "We encountered an internal error. Please try again.");
        return chosen;
    }

    private static S3Error InvalidPart(MultipartUpload upload, int number, string etag) =>
        new(400, "InvalidPart", "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.")
        {
            Details = [("UploadId", upload.UploadId), ("PartNumber", $"{number}"), ("ETag", etag)],
        };

    private static string CompositeOf(string checksum, List<UploadedPart> parts)
    {
        using var digests = new BodyDigests([checksum]);
        foreach (var part in parts) digests.Append(Convert.FromBase64String(part.Checksums[checksum]));
        return $"{Convert.ToBase64String(digests.Finish().Checksums[checksum])}-{parts.Count}";
    }

    private static void CheckWhole(S3Request request, string checksum, ObjectMetadata metadata)
    {
        if (request.Headers.TryGetValue(checksum, out var claimed) && claimed != metadata.Checksums[checksum]) throw S3Error.BadDigest(BodyDigests.Algorithm(checksum));
        if (request.Headers.TryGetValue("x-amz-mp-object-size", out var size) && size != $"{metadata.Size}")
            throw S3Error.InvalidRequest($"The provided 'x-amz-mp-object-size' header value {size} does not match what was computed: {metadata.Size}");
    }
}
