using System.Text.Json;
using Amazon.Runtime;
using Amazon.S3;
using Storytime.LocalCloud;
using Storytime.LocalCloud.Demo;
using Storytime.LocalCloud.Orchestration;

namespace Storytime.Browser.Tests.Testing;

/// <summary>Masters that are broken, and whole ones in their place.</summary>
internal sealed class Films(RunningStorytime storytime) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("storytime-films-").FullName;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>A book of its own with a film that breaks off in its middle.</summary>
    /// <returns>The video, once it has failed.</returns>
    public async Task<long> UploadBrokenAsync(string title)
    {
        var broken = Path.Combine(_folder, "broken.mp4");
        await File.WriteAllBytesAsync(broken, (await File.ReadAllBytesAsync(await DrawAsync(), Ct))[..2000], Ct);
        var asset = await UploadAsync(await AddBookAsync(title), broken);
        await BecomesAsync(asset, "failed");
        return asset;
    }

    /// <returns>A draft without a publisher.</returns>
    public async Task<long> AddBookAsync(string title)
    {
        using var editor = await StaffApi.SignInAsync(storytime, storytime.Staff["editor"]);
        return (await editor.PostAsync("books", new { title, author = "Wren Halloway", description = "", age_min = 2, age_max = 6, language = "en", status = "draft" })).Id();
    }

    /// <returns>The video, the next version of the book.</returns>
    public async Task<long> UploadAsync(long book, string film)
    {
        using var http = new HttpClient { BaseAddress = storytime.App };
        var editor = await DemoApi.SignInAdminAsync(http, DemoPeople.Editor, Ct);
        return await new DemoLibrary(editor, new Dictionary<string, Task<string>>()).UploadAsync(book, "film", film, null, Ct);
    }

    public async Task BecomesAsync(long asset, string status)
    {
        using var editor = await StaffApi.SignInAsync(storytime, storytime.Staff["editor"]);
        for (var tries = 0; (await editor.GetAsync($"video_assets/{asset}")).Text("status") != status; tries++)
        {
            tries.ShouldBeLessThan(600, $"the video did not become {status}");
            await Task.Delay(200, Ct);
        }
    }

    /// <summary>Puts the whole film where the broken one is, as an editor's uploader may until the bucket is told otherwise.</summary>
    public async Task MendAsync(long asset)
    {
        using var http = new HttpClient { BaseAddress = storytime.App };
        var editor = await DemoApi.SignInAdminAsync(http, DemoPeople.Editor, Ct);
        var key = (await editor.GetAsync($"/video_assets/{asset}", Ct)).Text("master_s3_key");
        var cloud = new CloudOptions { DataFolder = "", CloudFrontKeys = new Dictionary<string, string>() };
        using var s3 = new AmazonS3Client(
            new BasicAWSCredentials(cloud.AccessKeyId, cloud.SecretAccessKey),
            new AmazonS3Config { ServiceURL = storytime.S3.ToString(), ForcePathStyle = true, AuthenticationRegion = cloud.Region });
        await s3.PutObjectAsync(new() { BucketName = cloud.MasterBucket, Key = key, FilePath = await DrawAsync(), ContentType = "video/mp4" }, Ct);
    }

    /// <summary>Begins as a film does, so that it is taken; but nothing follows (ISO/IEC 14496-12).</summary>
    public static byte[] Empty { get; } = [0, 0, 0, 24, .. "ftypisom"u8, 0, 0, 0, 0, .. "isomavc1"u8, .. new byte[2000]];

    /// <summary>Sends what an upload wants to where it wants it.</summary>
    public static async Task PutAsync(JsonElement upload, byte[] content)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Put, upload.Text("url")) { Content = new ByteArrayContent(content) };
        foreach (var header in upload.GetProperty("headers").EnumerateObject())
        {
            if (!request.Headers.TryAddWithoutValidation(header.Name, header.Value.GetString()))
                request.Content.Headers.TryAddWithoutValidation(header.Name, header.Value.GetString());
        }
        using var answer = await http.SendAsync(request, Ct);
        answer.IsSuccessStatusCode.ShouldBeTrue(await answer.Content.ReadAsStringAsync(Ct));
    }

    /// <summary>Small, and it moves.</summary>
    public async Task<string> DrawAsync(int seconds = 6)
    {
        var film = Path.Combine(_folder, $"film-{seconds}.mp4");
        if (File.Exists(film))
            return film;
        var (exitCode, output) = await ChildProcess.RunAsync(
            new ChildStart("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", $"testsrc2=size=320x180:rate=12:duration={seconds}", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", film]), Ct);
        exitCode.ShouldBe(0, output);
        return film;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
