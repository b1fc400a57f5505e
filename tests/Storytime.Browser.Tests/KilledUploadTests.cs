using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Amazon.Runtime;
using Amazon.S3;
using Storytime.Browser.Tests.Testing;
using Storytime.LocalCloud;
using Storytime.LocalCloud.Demo;

namespace Storytime.Browser.Tests;

/// <summary>The true programs, killed and started again on the same data.</summary>
public sealed class KilledUploadTests : IDisposable
{
    private const long Size = 300_000_000;
    private const long PartSize = 16 * 1024 * 1024;
    private const int InFlight = 4;

    /// <summary>Of eighteen: these are acknowledged before the kill, in any order.</summary>
    private static readonly int[] Acknowledged = [1, 2, 4, 5, 6, 8, 12];

    /// <summary>These are half sent when it comes; the last one is the short one.</summary>
    private static readonly int[] Interrupted = [3, 7, 18];

    private readonly string _data = StorytimeRun.MakeDataFolder("killed");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public async Task A_film_of_300_MB_goes_on_after_all_was_killed_in_the_middle_of_its_upload_and_arrives_bit_by_bit()
    {
        var film = Path.Combine(_data, "film.mp4");
        await MakeFilmAsync(film);
        var ports = StorytimeRun.FreePortBase();
        long uploadId;
        await using (var run = await StorytimeRun.StartAsync(_data, "none", ports))
            uploadId = await BeginAndDieAsync(run, film);

        await using (var run = await StorytimeRun.StartAsync(_data, "none", ports))
        {
            var key = await ResumeAsync(run, uploadId, film);
            (await DigestInS3Async(run, key)).ShouldBe(await DigestAsync(film));
        }
    }

    /// <returns>All that the uploader remembers.</returns>
    private static async Task<long> BeginAndDieAsync(StorytimeRun run, string film)
    {
        using var http = Client(run);
        var api = await DemoApi.SignInAdminAsync(http, DemoPeople.Editor, Ct);
        var upload = await api.PostAsync("/uploads/master_video", new { filename = "film.mp4", content_type = "video/mp4", size = Size }, Ct);
        upload.GetProperty("method").GetString().ShouldBe("MULTIPART");
        upload.GetProperty("part_size").GetInt64().ShouldBe(PartSize);
        upload.GetProperty("part_count").GetInt32().ShouldBe(18);
        var id = upload.GetProperty("upload_id").GetInt64();

        var killed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        List<(PartContent Content, Task<HttpStatusCode> Answer)> halves = [];
        foreach (var part in await SignAsync(api, id, Interrupted))
        {
            var content = Content(film, part, killed.Task);
            halves.Add((content, PutAsync(http, part, content)));
        }

        await SendAsync(http, await SignAsync(api, id, Acknowledged), film);
        await Task.WhenAll(halves.Select(half => half.Content.HalfIsSent)).WaitAsync(Ct);
        halves.ShouldAllBe(half => !half.Answer.IsCompleted);

        await run.KillAsync();
        killed.SetResult();
        foreach (var (_, answer) in halves)
            await Should.ThrowAsync<HttpRequestException>(() => answer);
        return id;
    }

    /// <returns>The key of the object.</returns>
    private static async Task<string> ResumeAsync(StorytimeRun run, long id, string film)
    {
        using var http = Client(run);
        var api = await DemoApi.SignInAdminAsync(http, DemoPeople.Editor, Ct);
        var state = await api.GetAsync($"/uploads/{id}", Ct);
        state.GetProperty("status").GetString().ShouldBe("pending");
        state.GetProperty("size").GetInt64().ShouldBe(Size);
        var there = (await api.ListAsync($"/uploads/{id}/parts", Ct)).Select(part => part.GetProperty("part_number").GetInt32()).ToList();
        there.ShouldBe(Acknowledged);

        await SendAsync(http, await SignAsync(api, id, [.. Enumerable.Range(1, state.GetProperty("part_count").GetInt32()).Except(there)]), film);
        (await api.PostAsync($"/uploads/{id}/complete", new { }, Ct)).GetProperty("status").GetString().ShouldBe("uploaded");
        return state.GetProperty("s3_key").GetString()!;
    }

    private static async Task<List<JsonElement>> SignAsync(DemoApi api, long id, int[] numbers) =>
        [.. (await api.PostAsync($"/uploads/{id}/parts", new { part_numbers = numbers }, Ct)).GetProperty("parts").EnumerateArray()];

    private static Task SendAsync(HttpClient http, List<JsonElement> parts, string film) =>
        Parallel.ForEachAsync(parts, new ParallelOptions { MaxDegreeOfParallelism = InFlight, CancellationToken = Ct }, async (part, _) =>
            (await PutAsync(http, part, Content(film, part))).ShouldBe(HttpStatusCode.OK));

    private static PartContent Content(string film, JsonElement part, Task? hold = null) =>
        new(film, (part.GetProperty("part_number").GetInt32() - 1) * PartSize, part.GetProperty("size").GetInt64(), hold);

    /// <summary>The length is the only header that a part needs, and its content has it.</summary>
    private static async Task<HttpStatusCode> PutAsync(HttpClient http, JsonElement part, PartContent content)
    {
        part.GetProperty("headers").EnumerateObject().ShouldHaveSingleItem().Name.ShouldBe("Content-Length");
        using var answer = await http.PutAsync(new Uri(part.GetProperty("url").GetString()!), content, Ct);
        return answer.StatusCode;
    }

    private static async Task<string> DigestInS3Async(StorytimeRun run, string key)
    {
        var cloud = new CloudOptions { DataFolder = "", CloudFrontKeys = new Dictionary<string, string>() };
        using var s3 = new AmazonS3Client(
            new BasicAWSCredentials(cloud.AccessKeyId, cloud.SecretAccessKey),
            new AmazonS3Config { ServiceURL = Address(run, "s3").ToString(), ForcePathStyle = true, AuthenticationRegion = cloud.Region });
        using var answer = await s3.GetObjectAsync(cloud.MasterBucket, key, Ct);
        answer.ContentLength.ShouldBe(Size);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(answer.ResponseStream, Ct));
    }

    private static async Task<string> DigestAsync(string film)
    {
        await using var file = File.OpenRead(film);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, Ct));
    }

    /// <summary>Begins as an MP4 does (ISO/IEC 14496-12, a box ftyp); the rest is noise.</summary>
    private static async Task MakeFilmAsync(string path)
    {
        await using var file = File.Create(path);
        byte[] start = [0, 0, 0, 20, .. "ftypisom"u8, 0, 0, 2, 0, .. "isom"u8];
        await file.WriteAsync(start, Ct);
        var noise = new byte[1024 * 1024];
        while (file.Position < Size)
        {
            RandomNumberGenerator.Fill(noise);
            await file.WriteAsync(noise.AsMemory(0, (int)Math.Min(noise.Length, Size - file.Position)), Ct);
        }
    }

    private static HttpClient Client(StorytimeRun run) => new() { BaseAddress = Address(run, "app"), Timeout = TimeSpan.FromMinutes(5) };

    private static Uri Address(StorytimeRun run, string name)
    {
        using var file = JsonDocument.Parse(File.ReadAllText(run.RunFile));
        return new Uri(file.RootElement.GetProperty(name).GetString()!);
    }
}
