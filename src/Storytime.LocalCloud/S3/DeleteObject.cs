namespace Storytime.LocalCloud.S3;

/// <summary>DELETE /{bucket}/{key} (https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html).</summary>
internal static class DeleteObject
{
    public static Task HandleAsync(S3Request request)
    {
        var versionId = request.Target.Parameter("versionId");
        var marker = versionId is null
            ? request.Store.Delete(request.Bucket, request.Key)
            : request.Store.DeleteVersion(request.Bucket, request.Key, versionId);
        var headers = request.Response.Headers;
        if (marker is { DeleteMarker: true }) headers["x-amz-delete-marker"] = "true";
        if (request.Store.IsVersioned(request.Bucket)) headers["x-amz-version-id"] = versionId ?? marker!.VersionId;
        request.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }
}
