using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Amazon.S3;
using Amazon.S3.Model;
using Microsoft.Extensions.DependencyInjection;
using Storytime.LocalCloud;
using Storytime.Platform.Aws;
using Storytime.Tests.Testing;
using Storytime.Videos;

namespace Storytime.Tests.Videos;

/// <summary>The app with a local cloud of its own. Without a worker: jobs run when a test runs them.</summary>
public class VideoHost : IAsyncLifetime
{
    public const string MasterBucket = "storytime-master-uploads";
    public const string OutputBucket = "storytime-hls-outputs";
    public const int PartSize = 5 * 1024 * 1024;

    private readonly string _folder = Directory.CreateTempSubdirectory("storytime-videos-").FullName;
    private ApiClient? _editor;

    static VideoHost()
    {
        // Where the SDK's default chain looks first.
        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", Defaults.AccessKeyId);
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", Defaults.SecretAccessKey);
    }

    public VideoHost(Database database) => App = new StorytimeApp(database);

    public StorytimeApp App { get; }

    public CloudServices Cloud { get; private set; } = null!;

    public FakeSns Sns { get; } = new();

    public IAmazonS3 S3 => App.Services.GetRequiredService<IAmazonS3>();

    public async ValueTask InitializeAsync()
    {
        Cloud = await CloudServices.StartAsync(
            Change(new CloudOptions
            {
                DataFolder = _folder,
                CloudFrontKeys = new Dictionary<string, string> { [StorytimeApp.KeyPairId] = StorytimeApp.CloudFrontPublicKeyPem },
                SnsSignatureVersion = SnsSignatureVersion,
            }),
            TestContext.Current.CancellationToken);
        await Sns.StartAsync();
        await App.InitializeAsync();
        App.With("Aws:S3Url", Origin(Cloud.S3Url)).With("Aws:MediaConvertUrl", Origin(Cloud.MediaConvertUrl))
            .With("Aws:MediaConvertQueue", "arn:aws:mediaconvert:us-east-1:111122223333:queues/Default")
            .With("Sns:TrustedOrigins:0", Origin(Cloud.MediaConvertUrl)).With("Sns:TrustedOrigins:1", Sns.Origin);
        // The smallest parts that S3 takes.
        App.With("CloudFront:BaseUrl", Cloud.CdnUrl.ToString()).With("Uploads:PartSizeBytes", $"{PartSize}");
        await ConfigureAsync(App);
        _editor = await App.EditorAsync();
        await StartedAsync();
    }

    public ApiClient Editor => _editor!;

    /// <summary>A new book without a video.</summary>
    public Task<long> BookAsync() => App.BookAsync("A Fox in Boots", video: false);

    /// <summary>Begins an upload and puts the file where it says.</summary>
    public async Task<string> UploadAsync(string filename, byte[] content, string contentType = "video/mp4", string? checksum = null)
    {
        var upload = (await Editor.PostAsync(
            "/admin/api/v1/uploads/master_video", new { filename, content_type = contentType, size = content.Length, checksum_sha256 = checksum })).ShouldBe(HttpStatusCode.Created);
        (await PutAsync(upload.Json, content)).ShouldBe(HttpStatusCode.OK);
        return (string)upload["master_s3_key"]!;
    }

    /// <summary>As <see cref="UploadAsync"/>, for WebVTT.</summary>
    public async Task<string> UploadCaptionsAsync(byte[] content)
    {
        var upload = (await Editor.PostAsync("/admin/api/v1/uploads/captions", new { filename = "words.vtt", content_type = "text/vtt", size = content.Length })).ShouldBe(HttpStatusCode.Created);
        (await PutAsync(upload.Json, content)).ShouldBe(HttpStatusCode.OK);
        return (string)upload["captions_s3_key"]!;
    }

    /// <summary>Begins an upload in parts; nothing is sent yet.</summary>
    public async Task<JsonNode> BeginPartsAsync(byte[] content, string? algorithm = null, string filename = "film.mp4", string contentType = "video/mp4") =>
        (await Editor.PostAsync("/admin/api/v1/uploads/master_video",
            new { filename, content_type = contentType, size = content.Length, method = "multipart", checksum_algorithm = algorithm })).ShouldBe(HttpStatusCode.Created).Json;

    /// <summary>Addresses of some parts, with their digests where <paramref name="digests"/> says so.</summary>
    public async Task<JsonArray> SignAsync(JsonNode upload, byte[] content, int[] numbers, bool digests = false)
    {
        var body = new { part_numbers = numbers, checksums_sha256 = digests ? numbers.Select(n => Convert.ToBase64String(SHA256.HashData(Part(content, n)))) : null };
        return (await Editor.PostAsync($"/admin/api/v1/uploads/{upload["upload_id"]}/parts", body)).ShouldBe(HttpStatusCode.OK)["parts"]!.AsArray();
    }

    public async Task SendAsync(JsonNode upload, byte[] content, int[] numbers, bool digests = false)
    {
        foreach (var part in await SignAsync(upload, content, numbers, digests))
            (await PutAsync(part!, Part(content, (int)part!["part_number"]!))).ShouldBe(HttpStatusCode.OK);
    }

    public static byte[] Part(byte[] content, int number) => content[((number - 1) * PartSize)..Math.Min(content.Length, number * PartSize)];

    public Task<Answer> CompleteAsync(JsonNode upload, object? body = null) => Editor.PostAsync($"/admin/api/v1/uploads/{upload["upload_id"]}/complete", body);

    /// <summary>Sends the form of an upload by POST, as a browser does.</summary>
    public static async Task<HttpStatusCode> PostFormAsync(JsonNode upload, byte[] content)
    {
        using var form = new MultipartFormDataContent();
        foreach (var (name, value) in upload["fields"]!.AsObject())
            form.Add(new ByteArrayContent(Encoding.UTF8.GetBytes((string)value!)), $"\"{name}\"");
        form.Add(new ByteArrayContent(content), "\"file\"", "\"film.mp4\"");
        using var http = new HttpClient();
        using var response = await http.PostAsync((string)upload["url"]!, form);
        return response.StatusCode;
    }

    public static async Task<HttpStatusCode> PutAsync(JsonNode upload, byte[] content)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Parse((string)upload["method"]!), (string)upload["url"]!) { Content = new ByteArrayContent(content) };
        foreach (var (name, value) in upload["headers"]!.AsObject())
        {
            // HttpClient sends the true length; it would not send a false one.
            if (name != "Content-Length" && !request.Headers.TryAddWithoutValidation(name, (string)value!))
                request.Content.Headers.TryAddWithoutValidation(name, (string)value!);
        }
        using var response = await http.SendAsync(request);
        return response.StatusCode;
    }

    /// <summary>Puts an object where Storytime did not expect one. Presigned, because every S3 understands that.</summary>
    public async Task PutBehindOurBackAsync(string bucket, string key, byte[] content)
    {
        var url = await S3.GetPreSignedURLAsync(
            new GetPreSignedUrlRequest { BucketName = bucket, Key = key, Verb = HttpVerb.PUT, Protocol = Protocol.HTTP, Expires = App.Now.AddHours(1).UtcDateTime });
        using var http = new HttpClient();
        using var response = await http.PutAsync(url, new ByteArrayContent(content));
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    /// <summary>Lets MediaConvert see a master, where it does not look into the bucket that Storytime uses.</summary>
    public virtual Task ShowMediaConvertAsync(string key, string file) => Task.CompletedTask;

    /// <summary>Uploads a file and makes a video asset of it.</summary>
    public async Task<long> AssetAsync(long book, string file, string contentType = "video/mp4", string? captions = null)
    {
        var content = await File.ReadAllBytesAsync(file);
        var key = await UploadAsync(Path.GetFileName(file), content, contentType);
        return (long)(await Editor.PostAsync(
            $"/admin/api/v1/books/{book}/video_assets", new { master_s3_key = key, size = content.Length, captions_s3_key = captions })).ShouldBe(HttpStatusCode.Accepted)["id"]!;
    }

    public async Task<JsonNode> ReadAsync(long asset) => (await Editor.GetAsync($"/admin/api/v1/video_assets/{asset}")).ShouldBe(HttpStatusCode.OK).Json;

    /// <summary>Until the asset is at its end, ready or failed.</summary>
    /// <param name="meanwhile">What brings it on, where no worker does.</param>
    public async Task<JsonNode> WaitAsync(long asset, Func<Task>? meanwhile = null)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        while (true)
        {
            if (meanwhile is not null)
                await meanwhile();
            var answer = await ReadAsync(asset);
            if ((string?)answer["status"] is "ready" or "failed")
                return answer;
            patience.IsCancellationRequested.ShouldBeFalse($"After two minutes the asset was still: {answer}");
            await Task.Delay(250);
        }
    }

    /// <summary>The picture that a book gets out of its video, as anybody may fetch it; waits until a worker has made it.</summary>
    public async Task<byte[]> PosterAsync(long book)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        while (true)
        {
            if ((string?)(await Editor.GetAsync($"/admin/api/v1/books/{book}")).ShouldBe(HttpStatusCode.OK)["cover_image_url"] is { } url)
            {
                using var http = new HttpClient();
                return await http.GetByteArrayAsync(new Uri(url), patience.Token);
            }
            await Task.Delay(250, patience.Token);
        }
    }

    public Task RunAsync<TJob>(Func<TJob, Task> run) where TJob : notnull => App.RunAsync(run);

    public Task SubmitAsync(long asset) => RunAsync<SubmitVideo>(j => j.TryAsync(asset, null, CancellationToken.None));

    /// <summary>All jobs that MediaConvert has.</summary>
    internal async Task<List<MediaConvertJob>> JobsAsync()
    {
        await using var scope = App.Services.CreateAsyncScope();
        var client = scope.ServiceProvider.GetRequiredService<MediaConvertClient>();
        List<MediaConvertJob> jobs = [];
        string? next = null;
        do
        {
            var page = await client.ListJobsAsync(next, CancellationToken.None);
            jobs.AddRange(page.Jobs);
            next = page.NextToken;
        }
        while (next is not null);
        return jobs;
    }

    /// <summary>Downloads all outputs below a prefix and gives the folder.</summary>
    public async Task<string> OutputsAsync(string prefix)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, "outputs", Guid.NewGuid().ToString("N"))).FullName;
        var list = await S3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = OutputBucket, Prefix = prefix });
        foreach (var entry in list.S3Objects ?? [])
        {
            var path = Path.Combine(folder, entry.Key[prefix.Length..]);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using var answer = await S3.GetObjectAsync(OutputBucket, entry.Key);
            await using var file = File.Create(path);
            await answer.ResponseStream.CopyToAsync(file);
        }
        return folder;
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await App.DisposeAsync();
        if (Cloud is not null)
            await Cloud.DisposeAsync();
        await Sns.DisposeAsync();
        await StoppedAsync();
        Directory.Delete(_folder, recursive: true);
    }

    protected static CloudOptions Defaults { get; } = new() { DataFolder = "", CloudFrontKeys = new Dictionary<string, string>() };

    protected virtual string SnsSignatureVersion => "2";

    /// <summary>Before the cloud starts.</summary>
    protected virtual CloudOptions Change(CloudOptions cloud) => cloud;

    /// <summary>Before the app starts.</summary>
    protected virtual Task ConfigureAsync(StorytimeApp app) => Task.CompletedTask;

    protected virtual Task StartedAsync() => Task.CompletedTask;

    protected virtual ValueTask StoppedAsync() => ValueTask.CompletedTask;

    protected static string Origin(Uri url) => url.GetLeftPart(UriPartial.Authority);
}

/// <summary>With a worker and the true time; the webhook is subscribed.</summary>
public class PipelineHost(Database database) : VideoHost(database)
{
    protected override Task ConfigureAsync(StorytimeApp app)
    {
        app.InRealTime().With("Roles", "web,worker");
        return Task.CompletedTask;
    }

    protected override Task StartedAsync() =>
        Cloud.SubscribeAsync(new Uri(App.ClientOptions.BaseAddress, "/webhooks/mediaconvert"), TestContext.Current.CancellationToken);
}

/// <summary>With a worker and the true time, and nobody who tells it anything.</summary>
public sealed class PollingHost(Database database) : PipelineHost(database)
{
    protected override Task StartedAsync() => Task.CompletedTask;
}
