using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Xml.Linq;
using Storytime.LocalCloud;
using Storytime.Playback;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Playback;

/// <summary>The product's cookies at the door of a CDN that applies CloudFront's rules.</summary>
public sealed class CdnTests(CdnTests.Cdn cdn) : IClassFixture<CdnTests.Cdn>
{
    [Fact]
    public async Task The_products_cookies_open_the_book_and_its_segments()
    {
        var (book, cookies) = await cdn.PlayAsync();
        (await cdn.GetAsync(book, cookies)).Status.ShouldBe(HttpStatusCode.OK);
        (await cdn.GetAsync(book, cookies, "hls/index_720p_00001.ts")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task No_cookies_are_refused()
    {
        var (book, _) = await cdn.PlayAsync();
        ShouldBeRefused(await cdn.GetAsync(book, []), "MissingKey", "Missing Key-Pair-Id query parameter or cookie value");
    }

    [Fact]
    public async Task The_cookies_of_book_1_do_not_open_book_12_nor_any_other()
    {
        var (book, cookies) = await cdn.PlayAsync();
        var (another, _) = await cdn.PlayAsync();
        await cdn.PublishAsync(book * 10 + 2);
        ShouldBeRefused(await cdn.GetAsync(book * 10 + 2, cookies), "AccessDenied", "Access denied");
        ShouldBeRefused(await cdn.GetAsync(another, cookies), "AccessDenied", "Access denied");
    }

    [Fact]
    public async Task A_tampered_policy_is_refused()
    {
        var (book, cookies) = await cdn.PlayAsync();
        // Later by a thousand seconds, with the signature of the true one.
        var later = CloudFrontCookies.Policy(CloudFrontCookies.Resource(cdn.Cloud.CdnUrl, book), cdn.App.Now.AddSeconds(1000));
        cookies["CloudFront-Policy"] = CloudFrontCookies.Encode(System.Text.Encoding.UTF8.GetBytes(later));
        ShouldBeRefused(await cdn.GetAsync(book, cookies), "AccessDenied", "Access denied");
    }

    [Fact]
    public async Task A_tampered_signature_is_refused()
    {
        var (book, cookies) = await cdn.PlayAsync();
        var signature = cookies["CloudFront-Signature"];
        cookies["CloudFront-Signature"] = (signature[0] == 'A' ? 'B' : 'A') + signature[1..];
        ShouldBeRefused(await cdn.GetAsync(book, cookies), "AccessDenied", "Access denied");
    }

    [Fact]
    public async Task A_wrong_key_id_is_refused()
    {
        var (book, cookies) = await cdn.PlayAsync();
        cookies["CloudFront-Key-Pair-Id"] = "K3UNKNOWN00000";
        ShouldBeRefused(await cdn.GetAsync(book, cookies), "InvalidKey", "Unknown Key");
    }

    [Fact]
    public async Task A_signature_of_another_key_is_refused()
    {
        var (book, cookies) = await cdn.PlayAsync();
        using var stranger = RSA.Create(2048);
        var policy = CloudFrontCookies.Policy(CloudFrontCookies.Resource(cdn.Cloud.CdnUrl, book), cdn.App.Now.AddMinutes(5));
        foreach (var cookie in CloudFrontCookies.Sign(stranger, StorytimeApp.KeyPairId, HashAlgorithmName.SHA1, policy))
            cookies[cookie.Name] = cookie.Value;
        ShouldBeRefused(await cdn.GetAsync(book, cookies), "AccessDenied", "Access denied");
    }

    [Fact]
    public async Task Openssl_accepts_the_cookies_that_the_endpoint_hands_out()
    {
        var (book, cookies) = await cdn.PlayAsync();
        var folder = Directory.CreateTempSubdirectory("storytime-openssl-").FullName;
        await File.WriteAllTextAsync($"{folder}/key.pem", StorytimeApp.CloudFrontPublicKeyPem);
        await File.WriteAllTextAsync($"{folder}/policy.b64", cookies["CloudFront-Policy"]);
        await File.WriteAllTextAsync($"{folder}/signature.b64", cookies["CloudFront-Signature"]);
        // CloudFront's alphabet undone by tr, base64 and signature by openssl: nothing of ours takes part.
        var script = "for f in policy signature; do tr -- '-_~' '+=/' < $f.b64 | openssl base64 -d -A > $f; done; cat policy; openssl dgst -sha1 -verify key.pem -signature signature policy";
        using var shell = Process.Start(new ProcessStartInfo("bash", ["-c", script]) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = await shell.StandardOutput.ReadToEndAsync();
        await shell.WaitForExitAsync();
        Directory.Delete(folder, recursive: true);
        output.ShouldContain("Verified OK");
        output.ShouldContain($"/books/{book}/*");
    }

    internal static void ShouldBeRefused((HttpStatusCode Status, string Body, string? Type) answer, string code, string message)
    {
        answer.Status.ShouldBe(HttpStatusCode.Forbidden, answer.Body);
        answer.Type.ShouldBe("text/xml");
        var error = XDocument.Parse(answer.Body).Root!;
        (error.Name.LocalName, error.Element("Code")!.Value, error.Element("Message")!.Value).ShouldBe(("Error", code, message));
    }

    /// <summary>The app and a CDN that trusts its key, with one clock.</summary>
    public class Cdn(Database database) : IAsyncLifetime
    {
        private readonly HttpClient _http = new(new SocketsHttpHandler { UseCookies = false });
        private readonly string _folder = Directory.CreateTempSubdirectory("storytime-cdn-").FullName;

        public StorytimeApp App { get; } = new(database);

        public CloudServices Cloud { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            await StartCloudAsync(Keys, 0);
            App.With("CloudFront:BaseUrl", Cloud.CdnUrl.ToString()).With("Logging:LogLevel:Storytime.Playback", "Information");
            await ConfigureAsync();
            await App.InitializeAsync();
            await StartedAsync();
        }

        /// <summary>The same CDN at the same address, with other keys in its key group.</summary>
        public async Task RestartAsync(Dictionary<string, string> keys)
        {
            await Cloud.DisposeAsync();
            await StartCloudAsync(keys, Cloud.CdnUrl.Port);
        }

        /// <summary>A new book with something to fetch, and the cookies that a child got for it.</summary>
        public async Task<(long Book, Dictionary<string, string> Cookies)> PlayAsync()
        {
            var book = await App.BookAsync();
            await PublishAsync(book);
            var (parent, child) = await App.FamilyAsync(book);
            var answer = (await parent.PostAsync($"/api/v1/children/{child}/playback_sessions", new { book_id = book })).ShouldBe(HttpStatusCode.Created);
            return (book, Cookies(answer));
        }

        public static Dictionary<string, string> Cookies(Answer answer) =>
            answer["cookies"]!.AsArray().ToDictionary(c => (string)c!["name"]!, c => (string)c!["value"]!);

        /// <summary>Puts a manifest and a segment into the output bucket by S3.</summary>
        public async Task PublishAsync(long book)
        {
            using var s3 = new Amazon.S3.AmazonS3Client("AKIALOCALSTORYTIME00", "local-storytime-secret-access-key",
                new Amazon.S3.AmazonS3Config { ServiceURL = Cloud.S3Url.ToString(), ForcePathStyle = true, AuthenticationRegion = "us-east-1" });
            foreach (var name in new[] { "hls/index.m3u8", "hls/index_720p_00001.ts" })
            {
                await s3.PutObjectAsync(new Amazon.S3.Model.PutObjectRequest
                {
                    BucketName = "storytime-hls-outputs",
                    Key = $"books/{book}/{name}",
                    ContentBody = "#EXTM3U\n",
                    ContentType = "application/vnd.apple.mpegurl",
                });
            }
        }

        public async Task<(HttpStatusCode Status, string Body, string? Type)> GetAsync(long book, Dictionary<string, string> cookies, string name = "hls/index.m3u8")
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Cloud.CdnUrl, $"/books/{book}/{name}"));
            if (cookies.Count > 0)
                request.Headers.Add("Cookie", string.Join("; ", cookies.Select(c => $"{c.Key}={c.Value}")));
            using var response = await _http.SendAsync(request);
            return (response.StatusCode, await response.Content.ReadAsStringAsync(), response.Content.Headers.ContentType?.MediaType);
        }

        public virtual async ValueTask DisposeAsync()
        {
            GC.SuppressFinalize(this);
            await App.DisposeAsync();
            await Cloud.DisposeAsync();
            _http.Dispose();
            Directory.Delete(_folder, recursive: true);
        }

        /// <summary>The key group: id → public key.</summary>
        protected virtual Dictionary<string, string> Keys => new() { [StorytimeApp.KeyPairId] = StorytimeApp.CloudFrontPublicKeyPem };

        /// <summary>Before the app starts.</summary>
        protected virtual Task ConfigureAsync() => Task.CompletedTask;

        protected virtual Task StartedAsync() => Task.CompletedTask;

        private async Task StartCloudAsync(Dictionary<string, string> keys, int cdnPort) => Cloud = await CloudServices.StartAsync(
            new CloudOptions { DataFolder = _folder, CdnPort = cdnPort, CloudFrontKeys = keys, Time = App.Clock }, TestContext.Current.CancellationToken);
    }
}

public sealed class ExpiredCookiesTests(CdnTests.Cdn cdn) : IClassFixture<CdnTests.Cdn>
{
    [Fact]
    public async Task Cookies_end_at_the_second_that_was_said()
    {
        var (book, cookies) = await cdn.PlayAsync();
        var policy = System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(cookies["CloudFront-Policy"].Replace('-', '+').Replace('_', '=').Replace('~', '/')));
        var expires = DateTimeOffset.FromUnixTimeSeconds((long)System.Text.Json.Nodes.JsonNode.Parse(policy)!["Statement"]![0]!["Condition"]!["DateLessThan"]!["AWS:EpochTime"]!);
        cdn.App.Clock.SetUtcNow(expires.AddSeconds(-1));
        (await cdn.GetAsync(book, cookies)).Status.ShouldBe(HttpStatusCode.OK);
        cdn.App.Clock.SetUtcNow(expires);
        var answer = await cdn.GetAsync(book, cookies);
        (answer.Status, XDocument.Parse(answer.Body).Root!.Element("Code")!.Value).ShouldBe((HttpStatusCode.Forbidden, "AccessDenied"));
    }
}
