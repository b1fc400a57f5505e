using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Amazon.S3.Model;
using Storytime.LocalCloud.CloudFront;

namespace Storytime.Tests.LocalCloud;

/// <summary>Cookies here are signed by the openssl command line, as AWS's own recipe does it, and by no code of ours.</summary>
public sealed class CloudFrontTests(CloudFixture fixture) : IClassFixture<CloudFixture>, IAsyncLifetime
{
    private static readonly string Manifest = "#EXTM3U\n" + string.Concat(Enumerable.Range(1, 60).Select(i => $"#EXTINF:6,\nindex_720p_{i:00000}.ts\n"));
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await PutAsync("books/1/hls/index.m3u8", Manifest, "application/vnd.apple.mpegurl");
        await PutAsync("books/1/hls/index_720p_00001.ts", "0123456789", "binary/octet-stream");
        await PutAsync("books/12/hls/index.m3u8", Manifest, "application/vnd.apple.mpegurl");
        await PutAsync("covers/1.jpg", "jpg", "image/jpeg");
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData(CloudFixture.RsaKeyId, null)]
    [InlineData(CloudFixture.RsaKeyId, "SHA1")]
    [InlineData(CloudFixture.RsaKeyId, "SHA256")]
    [InlineData(CloudFixture.EcdsaKeyId, null)]
    [InlineData(CloudFixture.EcdsaKeyId, "SHA256")]
    public async Task Cookies_signed_by_openssl_open_their_book(string keyId, string? hash)
    {
        var cookies = await CookiesAsync(Policy("books/1/*"), keyId, hash);
        using var answer = await GetAsync("books/1/hls/index.m3u8", cookies);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await answer.Content.ReadAsStringAsync(Ct)).ShouldBe(Manifest);
        answer.Content.Headers.ContentType!.ToString().ShouldBe("application/vnd.apple.mpegurl");
        answer.Headers.ETag!.IsWeak.ShouldBeFalse();
        using var segment = await GetAsync("books/1/hls/index_720p_00001.ts?any=query", cookies);
        segment.StatusCode.ShouldBe(HttpStatusCode.OK);
        segment.Content.Headers.ContentType!.ToString().ShouldBe("video/mp2t");
    }

    [Fact]
    public async Task No_cookies_is_a_missing_key() => await ShouldBeRefusedAsync("books/1/hls/index.m3u8", [], "MissingKey", "Missing Key-Pair-Id query parameter or cookie value");

    [Fact]
    public async Task Every_path_but_covers_is_protected_the_default_behaviour_too()
    {
        foreach (var path in (string[])["", "index.html", "books", "books/1/hls/none.ts", "covers", "Covers/1.jpg", "nothing/at/all"]) await ShouldBeRefusedAsync(path, [], "MissingKey");
    }

    [Fact]
    public async Task Covers_are_open_to_everyone_but_only_to_read()
    {
        using var cover = await GetAsync("covers/1.jpg", []);
        cover.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await cover.Content.ReadAsStringAsync(Ct)).ShouldBe("jpg");
        using var head = await fixture.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, new Uri(fixture.Cloud.CdnUrl, "covers/1.jpg")), Ct);
        head.StatusCode.ShouldBe(HttpStatusCode.OK);
        using var put = await fixture.Http.PutAsync(new Uri(fixture.Cloud.CdnUrl, "covers/1.jpg"), new ByteArrayContent([]), Ct);
        put.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        using var none = await GetAsync("covers/2.jpg", []);
        none.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData("/covers/../books/1/hls/index.m3u8")]
    [InlineData("/covers/%2e%2e/books/1/hls/index.m3u8")]
    [InlineData("/covers/..%2fbooks/1/hls/index.m3u8")]
    [InlineData("/books/1/../../covers/1.jpg")]
    [InlineData("/covers//1.jpg")]
    public async Task Open_covers_open_no_way_around(string path)
    {
        var answer = await SendRawAsync(path, []);
        answer.ShouldStartWith("HTTP/1.1 403");
        answer.ShouldNotContain("EXTM3U");
    }

    [Fact]
    public async Task Unknown_key_id_is_refused() =>
        await ShouldBeRefusedAsync("books/1/hls/index.m3u8", Set(await CookiesAsync(Policy("books/1/*")), "CloudFront-Key-Pair-Id", "KNOBODY"), "InvalidKey", "Unknown Key");

    [Fact]
    public async Task Key_id_of_another_trusted_key_is_refused() =>
        await ShouldBeRefusedAsync("books/1/hls/index.m3u8", Set(await CookiesAsync(Policy("books/1/*")), "CloudFront-Key-Pair-Id", CloudFixture.EcdsaKeyId), "AccessDenied", "Access denied");

    [Fact]
    public async Task Book_1_does_not_open_book_12()
    {
        var cookies = await CookiesAsync(Policy("books/1/*"));
        await ShouldBeRefusedAsync("books/12/hls/index.m3u8", cookies, "AccessDenied");
        await ShouldBeRefusedAsync("books/1", cookies, "AccessDenied");
        await ShouldBeRefusedAsync("books/12/hls/index.m3u8?x=/books/1/", cookies, "AccessDenied");
        // A careless wildcard does, at AWS as here.
        (await GetAsync("books/12/hls/index.m3u8", await CookiesAsync(Policy("books/1*")))).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Dates_are_checked_to_the_second()
    {
        var now = fixture.Clock.GetUtcNow().ToUnixTimeSeconds();
        await ShouldBeRefusedAsync("books/1/hls/index.m3u8", await CookiesAsync(Policy("books/1/*", until: now - 1)), "AccessDenied");
        await ShouldBeRefusedAsync("books/1/hls/index.m3u8", await CookiesAsync(Policy("books/1/*", extra: $",\"DateGreaterThan\":{{\"AWS:EpochTime\":{now + 60}}}")), "AccessDenied");
        (await GetAsync("books/1/hls/index.m3u8", await CookiesAsync(Policy("books/1/*", extra: $",\"DateGreaterThan\":{{\"AWS:EpochTime\":{now - 60}}}")))).StatusCode.ShouldBe(HttpStatusCode.OK);

        var policy = SignedPolicy.Parse("{\"Statement\":[{\"Resource\":\"*\",\"Condition\":{\"DateLessThan\":{\"AWS:EpochTime\":2000},\"DateGreaterThan\":{\"AWS:EpochTime\":1000}}}]}"u8.ToArray())!;
        long[] seconds = [999, 1000, 1001, 1999, 2000];
        seconds.Select(second => policy.Allows("http://a/", IPAddress.Loopback, DateTimeOffset.FromUnixTimeSeconds(second))).ShouldBe([false, false, true, true, false]);
    }

    [Fact]
    public async Task Cookie_that_expires_while_it_is_used_is_refused()
    {
        var cookies = await CookiesAsync(Policy("books/1/*"));
        (await GetAsync("books/1/hls/index.m3u8", cookies)).StatusCode.ShouldBe(HttpStatusCode.OK);
        fixture.Clock.By = TimeSpan.FromHours(1);
        try
        {
            await ShouldBeRefusedAsync("books/1/hls/index.m3u8", cookies, "AccessDenied");
        }
        finally
        {
            fixture.Clock.By = TimeSpan.Zero;
        }
    }

    [Fact]
    public async Task Tampered_policy_and_signature_are_refused()
    {
        var cookies = await CookiesAsync(Policy("books/1/*"));
        await ShouldBeRefusedAsync("books/1/hls/index.m3u8", Set(cookies, "CloudFront-Policy", Encode(Encoding.UTF8.GetBytes(Policy("books/1/*", until: 4_000_000_000)))), "AccessDenied");
        await ShouldBeRefusedAsync("books/12/hls/index.m3u8", Set(cookies, "CloudFront-Policy", Encode(Encoding.UTF8.GetBytes(Policy("books/12/*")))), "AccessDenied");
        var signature = cookies["CloudFront-Signature"];
        await ShouldBeRefusedAsync("books/1/hls/index.m3u8", Set(cookies, "CloudFront-Signature", (signature[0] == 'A' ? 'B' : 'A') + signature[1..]), "AccessDenied");
        await ShouldBeRefusedAsync("books/1/hls/index.m3u8", Set(cookies, "CloudFront-Hash-Algorithm", "SHA256"), "AccessDenied");
        await ShouldBeRefusedAsync("books/1/hls/index.m3u8", Set(cookies, "CloudFront-Hash-Algorithm", "MD5"), "AccessDenied");
    }

    [Theory]
    [InlineData("not!base64")]
    [InlineData("abc+/=")]
    [InlineData("")]
    public async Task Signature_outside_the_alphabet_is_malformed(string signature) =>
        await ShouldBeRefusedAsync("books/1/hls/index.m3u8", Set(await CookiesAsync(Policy("books/1/*")), "CloudFront-Signature", signature), "MalformedSignature", "Could not unencode Signature");

    [Theory]
    [InlineData("nonsense")]
    [InlineData("{}")]
    [InlineData("""{"Statement":[]}""")]
    [InlineData("""{"Statement":[{"Resource":"*","Condition":{"DateLessThan":{"AWS:EpochTime":4000000000}}},{"Resource":"*","Condition":{"DateLessThan":{"AWS:EpochTime":4000000000}}}]}""")]
    [InlineData("""{"Statement":[{"Resource":"*","Condition":{"DateLessThan":{"AWS:EpochTime":"4000000000"}}}]}""")]
    [InlineData("""{"Statement":[{"Resource":"*","Condition":{"DateLessThan":{"AWS:EpochTime":4000000000.5}}}]}""")]
    [InlineData("""{"Statement":[{"Resource":"*","Condition":{}}]}""")]
    [InlineData("""{"Statement":[{"Resource":"*"}]}""")]
    [InlineData("""{"statement":[{"Resource":"*","Condition":{"DateLessThan":{"AWS:EpochTime":4000000000}}}]}""")]
    [InlineData("""{"Statement":[{"Resource":"*","Condition":{"DateLessThan":{"AWS:EpochTime":4000000000},"IpAddress":{"AWS:SourceIp":"::1"}}}]}""")]
    [InlineData("""[1]""")]
    public async Task Unreadable_policy_is_malformed(string policy)
    {
        await ShouldBeRefusedAsync("books/1/hls/index.m3u8", await CookiesAsync(policy), "MalformedPolicy", "Malformed Policy");
        var without = await CookiesAsync(policy);
        without.Remove("CloudFront-Policy");
        await ShouldBeRefusedAsync("books/1/hls/index.m3u8", without, "MalformedPolicy");
    }

    [Fact]
    public async Task Ip_address_condition_is_kept()
    {
        (await GetAsync("books/1/hls/index.m3u8", await CookiesAsync(Policy("books/1/*", extra: ",\"IpAddress\":{\"AWS:SourceIp\":\"127.0.0.0/8\"}")))).StatusCode.ShouldBe(HttpStatusCode.OK);
        await ShouldBeRefusedAsync("books/1/hls/index.m3u8", await CookiesAsync(Policy("books/1/*", extra: ",\"IpAddress\":{\"AWS:SourceIp\":\"192.0.2.1\"}")), "AccessDenied");
    }

    [Fact]
    public async Task Host_and_scheme_must_be_those_of_the_policy()
    {
        var port = fixture.Cloud.CdnUrl.Port;
        await ShouldBeRefusedAsync("books/1/hls/index.m3u8", await CookiesAsync(PolicyOf($"https://localhost:{port}/books/1/*")), "AccessDenied");
        await ShouldBeRefusedAsync("books/1/hls/index.m3u8", await CookiesAsync(PolicyOf($"http://127.0.0.1:{port}/books/1/*")), "AccessDenied");
        (await GetAsync("books/1/hls/index.m3u8", await CookiesAsync(PolicyOf($"http*://*/books/?/hls/*")))).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Canned_cookies_open_one_url_without_a_policy()
    {
        var expires = fixture.Clock.GetUtcNow().ToUnixTimeSeconds() + 300;
        var cookies = await CookiesAsync(Policy("books/1/hls/index.m3u8", expires));
        cookies.Remove("CloudFront-Policy");
        cookies["CloudFront-Expires"] = $"{expires}";
        (await GetAsync("books/1/hls/index.m3u8", cookies)).StatusCode.ShouldBe(HttpStatusCode.OK);
        await ShouldBeRefusedAsync("books/1/hls/index_720p_00001.ts", cookies, "AccessDenied");
        await ShouldBeRefusedAsync("books/1/hls/index.m3u8", Set(cookies, "CloudFront-Expires", $"{expires + 1}"), "AccessDenied");
    }

    [Fact]
    public async Task Signed_url_takes_precedence_over_cookies()
    {
        var good = await CookiesAsync(Policy("books/1/*"));
        var query = $"Policy={good["CloudFront-Policy"]}&Signature={good["CloudFront-Signature"]}&Key-Pair-Id={good["CloudFront-Key-Pair-Id"]}";
        (await GetAsync($"books/1/hls/index.m3u8?{query}", [])).StatusCode.ShouldBe(HttpStatusCode.OK);
        await ShouldBeRefusedAsync("books/1/hls/index.m3u8?Signature=x", good, "MissingKey");
        await ShouldBeRefusedAsync("books/1/hls/index.m3u8?Expires=1", good, "MissingKey");
    }

    [Theory]
    [InlineData("/books/1/../12/hls/index.m3u8")]
    [InlineData("/books/1/%2e%2e/12/hls/index.m3u8")]
    [InlineData("/books/1/..%2f12/hls/index.m3u8")]
    [InlineData("/books/1//hls/index.m3u8")]
    [InlineData("/books/1/./hls/index.m3u8")]
    [InlineData("/books/1/hls%5c..%5c..%5c12")]
    [InlineData("/books/1/hls/index.m3u8%00")]
    [InlineData("/books/1/hls/none.ts")]
    [InlineData("/books/1/hls/")]
    public async Task Path_tricks_and_missing_objects_are_denied_as_s3_does(string path)
    {
        var answer = await SendRawAsync(path, await CookiesAsync(PolicyOf("*")));
        if (answer.StartsWith("HTTP/1.1 400", StringComparison.Ordinal)) return;
        answer.ShouldStartWith("HTTP/1.1 403");
        answer.ShouldContain("<Code>AccessDenied</Code><Message>Access Denied</Message><RequestId>");
        answer.ShouldContain("<HostId>");
        answer.ShouldNotContain("#EXTM3U");
    }

    [Fact]
    public async Task Ranges_conditions_and_head_are_answered()
    {
        var cookies = await CookiesAsync(Policy("books/1/*"));
        using var part = await GetAsync("books/1/hls/index_720p_00001.ts", cookies, request => request.Headers.Add("Range", "bytes=2-4"));
        part.StatusCode.ShouldBe(HttpStatusCode.PartialContent);
        (await part.Content.ReadAsStringAsync(Ct)).ShouldBe("234");
        part.Content.Headers.ContentRange!.ToString().ShouldBe("bytes 2-4/10");
        using var tail = await GetAsync("books/1/hls/index_720p_00001.ts", cookies, request => request.Headers.Add("Range", "bytes=-3"));
        (await tail.Content.ReadAsStringAsync(Ct)).ShouldBe("789");
        using var beyond = await GetAsync("books/1/hls/index_720p_00001.ts", cookies, request => request.Headers.Add("Range", "bytes=10-"));
        beyond.StatusCode.ShouldBe(HttpStatusCode.RequestedRangeNotSatisfiable);
        beyond.Content.Headers.ContentRange!.ToString().ShouldBe("bytes */10");
        using var head = await GetAsync("books/1/hls/index_720p_00001.ts", cookies, request => request.Method = HttpMethod.Head);
        head.Content.Headers.ContentLength.ShouldBe(10);
        using var same = await GetAsync("books/1/hls/index_720p_00001.ts", cookies, request => request.Headers.IfNoneMatch.Add(head.Headers.ETag!));
        same.StatusCode.ShouldBe(HttpStatusCode.NotModified);
        using var refusedHead = await GetAsync("books/1/hls/index_720p_00001.ts", [], request => request.Method = HttpMethod.Head);
        refusedHead.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        using var put = await GetAsync("books/1/hls/index_720p_00001.ts", cookies, request => request.Method = HttpMethod.Put);
        put.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Manifests_are_compressed_for_those_who_accept_it()
    {
        var cookies = await CookiesAsync(Policy("books/1/*"));
        using var answer = await GetAsync("books/1/hls/index.m3u8", cookies, request => request.Headers.Add("Accept-Encoding", "gzip, br"));
        answer.Content.Headers.ContentEncoding.ShouldBe(["gzip"]);
        answer.Headers.ETag!.IsWeak.ShouldBeTrue();
        answer.Headers.Vary.ShouldContain("Accept-Encoding");
        await using var unzipped = new GZipStream(await answer.Content.ReadAsStreamAsync(Ct), CompressionMode.Decompress);
        (await new StreamReader(unzipped).ReadToEndAsync(Ct)).ShouldBe(Manifest);
        using var segment = await GetAsync("books/1/hls/index_720p_00001.ts", cookies, request => request.Headers.Add("Accept-Encoding", "gzip"));
        segment.Content.Headers.ContentEncoding.ShouldBeEmpty();
    }

    [Fact]
    public async Task Cors_names_the_exact_origin_and_allows_credentials()
    {
        var cookies = await CookiesAsync(Policy("books/1/*"));
        using var answer = await GetAsync("books/1/hls/index.m3u8", cookies, request => request.Headers.Add("Origin", CloudFixture.Origin));
        answer.Headers.GetValues("Access-Control-Allow-Origin").ShouldBe([CloudFixture.Origin]);
        answer.Headers.GetValues("Access-Control-Allow-Credentials").ShouldBe(["true"]);
        answer.Headers.Vary.ShouldContain("Origin");
        using var foreign = await GetAsync("books/1/hls/index.m3u8", cookies, request => request.Headers.Add("Origin", "http://evil.example"));
        foreign.Headers.Contains("Access-Control-Allow-Origin").ShouldBeFalse();
        using var preflight = await GetAsync("books/1/hls/index.m3u8", [], request =>
        {
            request.Method = HttpMethod.Options;
            request.Headers.Add("Origin", CloudFixture.Origin);
            request.Headers.Add("Access-Control-Request-Method", "GET");
        });
        preflight.StatusCode.ShouldBe(HttpStatusCode.OK);
        preflight.Headers.GetValues("Access-Control-Allow-Headers").ShouldBe(["Range"]);
    }

    [Theory]
    [InlineData("http://a/b/*", "http://a/b/c/d", true)]
    [InlineData("http://a/b/*", "http://a/b", false)]
    [InlineData("*", "", true)]
    [InlineData("a?c", "abc", true)]
    [InlineData("a?c", "ac", false)]
    [InlineData("*a*b", "xaybzb", true)]
    [InlineData("*a*b", "xaybzc", false)]
    [InlineData("", "x", false)]
    [InlineData("A", "a", false)]
    [InlineData("a**", "a", true)]
    public void Wildcards_match(string pattern, string text, bool expected) => Wildcards.Match(pattern, text).ShouldBe(expected);

    [Fact]
    public void Hostile_wildcards_are_matched_quickly() => Wildcards.Match(string.Concat(Enumerable.Repeat("a*", 200)) + "b", new string('a', 5000)).ShouldBeFalse();

    private async Task PutAsync(string key, string body, string type) =>
        await fixture.S3.PutObjectAsync(new PutObjectRequest { BucketName = fixture.Options.OutputBucket, Key = key, ContentBody = body, ContentType = type, UseChunkEncoding = false }, Ct);

    private string Policy(string path, long? until = null, string extra = "") => PolicyOf($"{fixture.Cloud.CdnUrl}{path}", until, extra);

    private string PolicyOf(string resource, long? until = null, string extra = "") =>
        $"{{\"Statement\":[{{\"Resource\":\"{resource}\",\"Condition\":{{\"DateLessThan\":{{\"AWS:EpochTime\":{until ?? fixture.Clock.GetUtcNow().ToUnixTimeSeconds() + 300}}}{extra}}}}}]}}";

    private async Task<Dictionary<string, string>> CookiesAsync(string policy, string keyId = CloudFixture.RsaKeyId, string? hash = null)
    {
        var bytes = Encoding.UTF8.GetBytes(policy);
        var signature = await Shell.RunAsync("openssl", ["dgst", hash == "SHA256" ? "-sha256" : "-sha1", "-sign", keyId == CloudFixture.RsaKeyId ? fixture.RsaKeyFile : fixture.EcdsaKeyFile], bytes);
        var cookies = new Dictionary<string, string> { ["CloudFront-Policy"] = Encode(bytes), ["CloudFront-Signature"] = Encode(signature), ["CloudFront-Key-Pair-Id"] = keyId };
        if (hash is not null) cookies["CloudFront-Hash-Algorithm"] = hash;
        return cookies;
    }

    private static string Encode(byte[] bytes) => Convert.ToBase64String(bytes).Replace('+', '-').Replace('=', '_').Replace('/', '~');

    private static Dictionary<string, string> Set(Dictionary<string, string> cookies, string name, string value) => new(cookies) { [name] = value };

    private static string Header(Dictionary<string, string> cookies) => string.Join("; ", cookies.Select(cookie => $"{cookie.Key}={cookie.Value}"));

    /// <summary>By hand: HttpClient would tidy the path.</summary>
    private async Task<string> SendRawAsync(string path, Dictionary<string, string> cookies)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync("localhost", fixture.Cloud.CdnUrl.Port, Ct);
        await using var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost:{fixture.Cloud.CdnUrl.Port}\r\nCookie: {Header(cookies)}\r\nConnection: close\r\n\r\n"), Ct);
        return await new StreamReader(stream).ReadToEndAsync(Ct);
    }

    private async Task<HttpResponseMessage> GetAsync(string path, Dictionary<string, string> cookies, Action<HttpRequestMessage>? change = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(fixture.Cloud.CdnUrl, path));
        if (cookies.Count > 0) request.Headers.TryAddWithoutValidation("Cookie", Header(cookies));
        change?.Invoke(request);
        return await fixture.Http.SendAsync(request, Ct);
    }

    private async Task ShouldBeRefusedAsync(string path, Dictionary<string, string> cookies, string code, string? message = null)
    {
        using var answer = await GetAsync(path, cookies);
        var xml = await answer.Content.ReadAsStringAsync(Ct);
        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden, xml);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/xml");
        answer.Headers.GetValues("X-Cache").ShouldBe(["Error from cloudfront"]);
        xml.ShouldStartWith($"<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>{code}</Code><Message>{message}");
    }
}
