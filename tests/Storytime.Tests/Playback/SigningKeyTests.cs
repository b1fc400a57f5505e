using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Storytime.Playback;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Playback;

/// <summary>The signing key while it changes: at the CDN, old cookies and new ones.</summary>
public sealed class KeyRotationTests(KeyRotationTests.Host cdn) : IClassFixture<KeyRotationTests.Host>
{
    [Fact]
    public async Task A_new_key_signs_as_soon_as_it_is_seen_and_cookies_of_the_old_one_work_until_it_leaves_the_key_group()
    {
        var (book, before) = await cdn.PlayAsync();
        before["CloudFront-Key-Pair-Id"].ShouldBe("KOLD");
        (await cdn.GetAsync(book, before)).Status.ShouldBe(HttpStatusCode.OK);
        ShouldBeAsked(cdn.Secrets.Calls.First());

        cdn.Secrets.Secret = cdn.New.Secret;
        cdn.App.Clock.Advance(TimeSpan.FromMinutes(5));
        var (another, after) = await cdn.PlayAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (after["CloudFront-Key-Pair-Id"] != "KNEW")
        {
            patience.IsCancellationRequested.ShouldBeFalse("A minute later the old key signs still.");
            (another, after) = await cdn.PlayAsync();
        }
        (await cdn.GetAsync(another, after)).Status.ShouldBe(HttpStatusCode.OK);
        (await cdn.GetAsync(book, before)).Status.ShouldBe(HttpStatusCode.OK);

        await cdn.RestartAsync(new() { ["KNEW"] = cdn.New.PublicKeyPem });
        (await cdn.GetAsync(another, after)).Status.ShouldBe(HttpStatusCode.OK);
        CdnTests.ShouldBeRefused(await cdn.GetAsync(book, before), "InvalidKey", "Unknown Key");
    }

    private static void ShouldBeAsked(FakeSecretsManager.Call call)
    {
        (call.Method, call.Path, call.Target, call.ContentType).ShouldBe(("POST", "/", "secretsmanager.GetSecretValue", "application/x-amz-json-1.1"));
        JsonNode.DeepEquals(JsonNode.Parse(call.Body), new JsonObject { ["SecretId"] = FakeSecretsManager.SecretName }).ShouldBeTrue(call.Body);
        call.Authorization.ShouldNotBeNull();
        call.Authorization.ShouldMatch("^AWS4-HMAC-SHA256 Credential=[A-Z0-9]+/[0-9]{8}/us-east-1/secretsmanager/aws4_request, ?SignedHeaders=[a-z0-9;-]*x-amz-target[a-z0-9;-]*, ?Signature=[0-9a-f]{64}$");
    }

    /// <summary>A CDN that trusts both keys, and an app that reads its own from Secrets Manager.</summary>
    public sealed class Host(Database database) : CdnTests.Cdn(database)
    {
        private readonly (string Secret, string PublicKeyPem) _old = FakeSecretsManager.NewPair("KOLD");

        public (string Secret, string PublicKeyPem) New { get; } = FakeSecretsManager.NewPair("KNEW");

        public FakeSecretsManager Secrets { get; private set; } = null!;

        protected override Dictionary<string, string> Keys => new() { ["KOLD"] = _old.PublicKeyPem, ["KNEW"] = New.PublicKeyPem };

        protected override async Task ConfigureAsync()
        {
            Secrets = await FakeSecretsManager.StartAsync();
            Secrets.Secret = _old.Secret;
            Secrets.Serve(App);
        }

        protected override Task StartedAsync() => SigningKeyTests.ReadyAsync(App);

        public override async ValueTask DisposeAsync()
        {
            await base.DisposeAsync();
            await Secrets.DisposeAsync();
        }
    }
}

/// <summary>The signing key when the place that it comes from gives trouble.</summary>
public sealed class SigningKeyTests(Database database) : IAsyncLifetime
{
    private FakeSecretsManager _secrets = null!;
    private StorytimeApp _app = null!;

    public async ValueTask InitializeAsync()
    {
        _secrets = await FakeSecretsManager.StartAsync();
        _app = _secrets.Serve(new StorytimeApp(database));
        await _app.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _secrets.DisposeAsync();
    }

    [Fact]
    public async Task A_node_starts_while_Secrets_Manager_is_out_of_reach_and_is_ready_when_it_has_a_key()
    {
        _secrets.IsDown = true;
        (await _app.Client().GetAsync("/health/live")).ShouldBe(HttpStatusCode.OK);
        var unready = (await _app.Client().GetAsync("/health/ready")).ShouldBeError(HttpStatusCode.ServiceUnavailable, "unavailable");
        ((string)unready["error"]!["message"]!).ShouldBe("The key that signs CloudFront cookies could not be read yet; the log says why.");
        (await PlayAsync()).ShouldBeError(HttpStatusCode.ServiceUnavailable, "unavailable");

        _secrets.Secret = FakeSecretsManager.NewPair("K1").Secret;
        _secrets.IsDown = false;
        await ReadyAsync(_app);
        KeyPairId(await PlayAsync()).ShouldBe("K1");
    }

    [Fact]
    public async Task The_last_good_key_signs_while_Secrets_Manager_is_out_of_reach()
    {
        await ReadyWithAsync("K1");
        _secrets.IsDown = true;
        var logs = new Logs(_app);
        var refresh = RefreshAsync();
        // The pauses between its tries go by the clock of the app.
        while (!refresh.IsCompleted)
        {
            _app.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(refresh, Task.Delay(20));
        }
        await refresh;
        logs.Text.ShouldContain("could not be read; in use is K1");
        _secrets.Calls.Count.ShouldBeGreaterThan(2);
        KeyPairId(await PlayAsync()).ShouldBe("K1");
    }

    [Theory]
    [InlineData("none", "can't find the specified secret")]
    [InlineData("words", "no private key in PEM")]
    [InlineData("broken JSON", "Its JSON must be")]
    [InlineData("JSON without an id", "Its JSON must be")]
    [InlineData("JSON with an id that is none", "letters and digits")]
    [InlineData("PEM without an id", "set CLOUDFRONT_KEY_PAIR_ID")]
    [InlineData("RSA 1024", "2048 bits only")]
    public async Task The_last_good_key_signs_while_the_secret_is_broken_and_the_log_says_why_but_not_what_it_holds(string kind, string reason)
    {
        await ReadyWithAsync("K1");
        using var key = RSA.Create(kind == "RSA 1024" ? 1024 : 2048);
        var pem = key.ExportPkcs8PrivateKeyPem();
        _secrets.Secret = kind switch
        {
            "none" => null,
            "words" => "swordfish",
            "broken JSON" => $$"""{"key_pair_id":"K2","private_key_pem":"swordfish {{pem}}"}""",
            "JSON without an id" => JsonSerializer.Serialize(new { private_key_pem = pem, note = "swordfish" }),
            "JSON with an id that is none" => JsonSerializer.Serialize(new { private_key_pem = pem, key_pair_id = "swordfish; Domain=example.com" }),
            "PEM without an id" => pem,
            _ => JsonSerializer.Serialize(new { private_key_pem = pem, key_pair_id = "K2" }),
        };
        var logs = new Logs(_app);
        await RefreshAsync();
        logs.Text.ShouldContain("could not be read; in use is K1");
        logs.Text.ShouldContain(reason);
        logs.Text.ShouldNotContain("swordfish");
        logs.Text.ShouldNotContain(pem.Split('\n')[1]);
        KeyPairId(await PlayAsync()).ShouldBe("K1");

        await ReadyWithAsync("K2");
        KeyPairId(await PlayAsync()).ShouldBe("K2");
    }

    [Fact]
    public async Task A_secret_of_PEM_alone_takes_its_id_from_the_settings()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _secrets.Secret = key.ExportPkcs8PrivateKeyPem();
        _app.With("CloudFront:KeyPairId", "KENV");
        await ReadyAsync(_app);
        KeyPairId(await PlayAsync()).ShouldBe("KENV");
    }

    [Fact]
    public async Task A_key_in_a_file_is_read_again_too()
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, FakeSecretsManager.NewPair("KFILE1").Secret);
            _app.With("CloudFront:PrivateKeySecret", "").With("CloudFront:PrivateKeyFile", file);
            await ReadyAsync(_app);
            KeyPairId(await PlayAsync()).ShouldBe("KFILE1");
            await File.WriteAllTextAsync(file, FakeSecretsManager.NewPair("KFILE2").Secret);
            await RefreshAsync();
            KeyPairId(await PlayAsync()).ShouldBe("KFILE2");
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task A_key_that_was_corrected_under_its_old_id_signs_anew()
    {
        await ReadyWithAsync("K1");
        var book = await _app.BookAsync();
        var wrong = await PlayAsync(book);
        await ReadyWithAsync("K1");
        var right = await PlayAsync(book);
        ((string?)right["expires_at"], KeyPairId(right)).ShouldBe(((string?)wrong["expires_at"], "K1"));
        ((string?)right["cookies"]![1]!["value"]).ShouldNotBe((string?)wrong["cookies"]![1]!["value"]);
    }

    internal static async Task ReadyAsync(StorytimeApp app)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (await app.Client().GetAsync("/health/ready") is { Status: not HttpStatusCode.OK } answer)
        {
            patience.IsCancellationRequested.ShouldBeFalse(answer.Text);
            app.Clock.Advance(TimeSpan.FromSeconds(1));
        }
    }

    private async Task ReadyWithAsync(string keyPairId)
    {
        _secrets.Secret = FakeSecretsManager.NewPair(keyPairId).Secret;
        await ReadyAsync(_app);
        await RefreshAsync();
    }

    private Task RefreshAsync() => _app.Services.GetRequiredService<SigningKeys>().RefreshAsync(TestContext.Current.CancellationToken);

    private async Task<Answer> PlayAsync(long? book = null)
    {
        book ??= await _app.BookAsync();
        var (parent, child) = await _app.FamilyAsync(book.Value);
        return await parent.PostAsync($"/api/v1/children/{child}/playback_sessions", new { book_id = book });
    }

    private static string? KeyPairId(Answer answer) =>
        (string?)answer.ShouldBe(HttpStatusCode.Created)["cookies"]!.AsArray().Single(c => (string?)c!["name"] == "CloudFront-Key-Pair-Id")!["value"];
}
