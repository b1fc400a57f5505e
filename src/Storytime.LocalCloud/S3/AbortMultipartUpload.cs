namespace Storytime.LocalCloud.S3;

/// <summary>DELETE /{bucket}/{key}?uploadId (https://docs.aws.amazon.com/AmazonS3/latest/API/API_AbortMultipartUpload.html).</summary>
internal static class AbortMultipartUpload
{
    public static async Task HandleAsync(S3Request request)
    {
        using var turn = await request.Uploads.EnterAsync(request);
        request.Uploads.Abort(request.Uploads.FindOpen(request));
        request.Response.StatusCode = StatusCodes.Status204NoContent;
    }
}
