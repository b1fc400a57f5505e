using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Storytime.Accounts;
using Storytime.Platform.Auth;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Accounts;

public sealed class AppleTokenTests(AppleApp apple) : IClassFixture<AppleApp>
{
    private AppleTokens Tokens => apple.App.Services.GetRequiredService<AppleTokens>();

    [Fact]
    public async Task A_code_becomes_a_sealed_refresh_token_that_can_be_revoked()
    {
        var sealedToken = (await KeptAsync("r3fresh.of.apple"))!;
        Encoding.Latin1.GetString(sealedToken).ShouldNotContain("r3fresh");
        apple.Issuer.Revocation = (200, "");
        await Tokens.RevokeAsync(sealedToken, TestContext.Current.CancellationToken);
        apple.Issuer.Revoked.ShouldContain($"{AppleIssuer.ClientId} r3fresh.of.apple");
    }

    [Fact]
    public async Task A_later_code_takes_the_place_of_the_first()
    {
        var subject = apple.NewSubject();
        await KeptAsync("first", subject);
        var second = await KeptAsync("second", subject);
        apple.Issuer.Revocation = (200, "");
        await Tokens.RevokeAsync(second!, TestContext.Current.CancellationToken);
        apple.Issuer.Revoked.ShouldContain($"{AppleIssuer.ClientId} second");
        (await apple.SignInAsync(apple.Token(subject))).ShouldBe(HttpStatusCode.OK);
        (await SealedAsync(subject)).ShouldBe(second, "a sign-in without a code keeps it");
    }

    [Fact]
    public async Task A_code_that_cannot_be_exchanged_is_no_reason_not_to_sign_in()
    {
        var logs = new Logs(apple.App);
        var subject = apple.NewSubject();
        (await apple.SignInAsync(apple.Token(subject, Families.NewEmail()), code: "s3cret-code")).ShouldBe(HttpStatusCode.Created);
        (await SealedAsync(subject)).ShouldBeNull();
        apple.Issuer.Codes["stolen"] = ("another person", "r");
        (await apple.SignInAsync(apple.Token(subject), code: "stolen")).ShouldBe(HttpStatusCode.OK);
        (await SealedAsync(subject)).ShouldBeNull();
        logs.Text.ShouldContain("not exchanged: 400 invalid_grant");
        logs.Text.ShouldContain("not exchanged: it is another person's");
        logs.Text.ShouldNotContain("s3cret-code");
        logs.Text.ShouldNotContain(subject);
    }

    [Theory]
    [InlineData(400, """{"error":"invalid_grant"}""", true)]
    [InlineData(400, """{"error":"invalid_token"}""", true)]
    [InlineData(400, """{"error":"invalid_client"}""", false)]
    [InlineData(400, "Bad Request", false)]
    [InlineData(429, "", false)]
    [InlineData(500, "", false)]
    [InlineData(302, "", false)]
    public async Task A_revocation_is_done_when_Apple_says_so_or_knows_no_such_token(int status, string body, bool done)
    {
        var sealedToken = (await KeptAsync("r"))!;
        apple.Issuer.Revocation = (status, body);
        var revocation = Tokens.RevokeAsync(sealedToken, TestContext.Current.CancellationToken);
        if (done)
            await revocation;
        else
            await Should.ThrowAsync<HttpRequestException>(() => revocation);
    }

    [Fact]
    public async Task What_was_sealed_with_another_key_is_not_sent_anywhere()
    {
        var sealedToken = (await KeptAsync("of another key"))!;
        sealedToken[^1] ^= 1;
        await Tokens.RevokeAsync(sealedToken, TestContext.Current.CancellationToken);
        await Tokens.RevokeAsync([1, 2, 3], TestContext.Current.CancellationToken);
        apple.Issuer.Revoked.ShouldNotContain($"{AppleIssuer.ClientId} of another key");
        var sealing = apple.App.Services.GetRequiredService<Sealing>();
        sealing.Unseal(sealing.Seal("text", "one purpose"), "another").ShouldBeNull();
        sealing.Seal("text", "p").ShouldNotBe(sealing.Seal("text", "p"));
    }

    private async Task<byte[]?> KeptAsync(string refreshToken, string? subject = null)
    {
        subject ??= apple.NewSubject();
        var code = Guid.NewGuid().ToString();
        apple.Issuer.Codes[code] = (subject, refreshToken);
        ((int)(await apple.SignInAsync(apple.Token(subject, Families.NewEmail()), code: code)).Status).ShouldBeInRange(200, 201);
        return await SealedAsync(subject);
    }

    private async Task<byte[]?> SealedAsync(string subject) =>
        await apple.App.SqlAsync($"select sealed_refresh_token from apple_identities where subject = '{subject}'") as byte[];
}

public sealed class AppleSettingsTests(Database database)
{
    [Fact]
    public async Task While_it_is_not_configured_there_is_no_sign_in_with_Apple()
    {
        await using var app = new StorytimeApp(database);
        await app.InitializeAsync();
        (await app.Client().PostAsync("/api/v1/auth/apple", new { identity_token = "x" })).ShouldBeError(HttpStatusCode.NotFound, "not_found");
        await app.Services.GetRequiredService<AppleTokens>().RevokeAsync([1], TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Without_the_teams_key_parents_sign_in_and_codes_are_left_alone()
    {
        await using var issuer = await AppleIssuer.StartAsync();
        await using var app = issuer.Configure(new StorytimeApp(database), withKey: false).With("RateLimits:AuthPerMinute", "2");
        await app.InitializeAsync();
        Task<Answer> SignInAsync() => app.Client().PostAsync("/api/v1/auth/apple",
            new { identity_token = issuer.Sign(AppleIssuer.Claims(app.Now, "001.a.1", "a@example.com")), authorization_code = "c" });
        (await SignInAsync()).ShouldBe(HttpStatusCode.Created);
        issuer.Requests.ShouldBe(["/auth/keys"]);
        (await SignInAsync()).ShouldBe(HttpStatusCode.OK);
        (await SignInAsync()).ShouldBeError(HttpStatusCode.TooManyRequests, "rate_limited");
    }

    [Fact]
    public void Wrong_settings_are_told_by_name()
    {
        using var p256 = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var good = new AppleOptions { ClientIds = ["com.example.storytime"], TeamId = "T", KeyId = "K", PrivateKeyPem = p256.ExportPkcs8PrivateKeyPem() };
        Complaints(good).ShouldBeEmpty();
        Complaints(new AppleOptions()).ShouldBeEmpty();
        Complaints(good with { ClientIds = [" "] }).ShouldContain("Apple:ClientIds must");
        Complaints(good with { TeamId = null }).ShouldContain("must be set together");
        Complaints(good with { JwksUrl = new("http://appleid.apple.com/auth/keys") }).ShouldContain("Apple:JwksUrl must");
        Complaints(good with { RevokeUrl = new("/auth/revoke", UriKind.Relative) }).ShouldContain("Apple:RevokeUrl must");
        foreach (var pem in new[] { "no key", p384.ExportPkcs8PrivateKeyPem(), p256.ExportSubjectPublicKeyInfoPem(), RSA.Create(2048).ExportPkcs8PrivateKeyPem() })
            Complaints(good with { PrivateKeyPem = pem }).ShouldContain("Apple:PrivateKeyPem must");

        static string Complaints(AppleOptions options) => string.Join(' ', options.Validate(new ValidationContext(options)).Select(r => r.ErrorMessage));
    }
}
