using System.Net;
using Amazon.S3;
using Amazon.S3.Model;

namespace Storytime.Tests.LocalCloud;

/// <summary>What S3 answers, read as a client reads it.</summary>
internal static class S3Answers
{
    public static async Task ShouldBeS3ErrorAsync(this HttpResponseMessage answer, HttpStatusCode status, string code, string message = "")
    {
        var xml = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        answer.StatusCode.ShouldBe(status, xml);
        xml.ShouldContain($"<Code>{code}</Code>");
        WebUtility.HtmlDecode(xml).ShouldContain(message);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/xml");
    }

    public static async Task ShouldBeS3ErrorAsync(this Task call, HttpStatusCode status, string code, string message = "")
    {
        var refusal = await Should.ThrowAsync<AmazonS3Exception>(() => call);
        refusal.ErrorCode.ShouldBe(code);
        refusal.StatusCode.ShouldBe(status);
        refusal.Message.ShouldContain(message);
    }

    public static async Task<byte[]> BytesAsync(this Task<GetObjectResponse> call)
    {
        using var response = await call;
        return await response.BytesAsync();
    }

    public static async Task<byte[]> BytesAsync(this GetObjectResponse response)
    {
        using var copy = new MemoryStream();
        await response.ResponseStream.CopyToAsync(copy, TestContext.Current.CancellationToken);
        return copy.ToArray();
    }
}
