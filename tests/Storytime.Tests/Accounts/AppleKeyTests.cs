using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Accounts;

/// <summary>Each test has an app of its own, which knows no keys yet.</summary>
public sealed class AppleKeyTests(Database database) : IAsyncLifetime
{
    private readonly AppleApp _apple = new(database);

    public ValueTask InitializeAsync() => _apple.InitializeAsync();

    public ValueTask DisposeAsync() => _apple.DisposeAsync();

    private int Fetches => _apple.Issuer.Requests.Count(r => r == "/auth/keys");

    [Fact]
    public async Task Apples_keys_are_fetched_once_and_again_after_a_day()
    {
        await SignInAsync();
        _apple.App.Clock.Advance(TimeSpan.FromHours(23));
        await SignInAsync();
        Fetches.ShouldBe(1);
        _apple.App.Clock.Advance(TimeSpan.FromHours(1));
        await SignInAsync();
        Fetches.ShouldBe(2);
    }

    [Fact]
    public async Task A_new_key_of_Apple_is_known_at_once_and_a_withdrawn_one_is_good_no_more()
    {
        await SignInAsync();
        _apple.App.Clock.Advance(TimeSpan.FromMinutes(1));
        var old = _apple.Token(_apple.NewSubject(), Families.NewEmail());
        _apple.Issuer.Keys["apple-2"] = RSA.Create(2048);
        await SignInAsync("apple-2");
        _apple.Issuer.Keys.TryRemove("apple-1", out _);
        _apple.App.Clock.Advance(TimeSpan.FromMinutes(2));
        (await _apple.SignInAsync(_apple.Issuer.Sign(Claims(), "apple-2"))).ShouldBe(HttpStatusCode.Created);
        _apple.App.Clock.Advance(TimeSpan.FromMinutes(1));
        await RefusedAsync("unknown", RSA.Create(2048));
        (await _apple.SignInAsync(old)).ShouldBeError(HttpStatusCode.Unauthorized, "unauthenticated");
    }

    [Fact]
    public async Task Invented_key_ids_ask_Apple_once_a_minute_at_the_most()
    {
        using var key = RSA.Create(2048);
        await SignInAsync();
        for (var round = 0; round < 3; round++)
        {
            _apple.App.Clock.Advance(TimeSpan.FromMinutes(1));
            await Task.WhenAll(Enumerable.Range(0, 10).Select(n => RefusedAsync($"invented-{round}-{n}", key)));
            Fetches.ShouldBe(2 + round);
        }
    }

    public static TheoryData<string, int, string> Failures => new()
    {
        { "error", 500, "" },
        { "no JSON", 200, "<html>Maintenance</html>" },
        { "no keys", 200, """{"keys":[]}""" },
        { "an elliptic key only", 200, """{"keys":[{"kty":"EC","kid":"apple-1","crv":"P-256","x":"AA","y":"AA"}]}""" },
        { "elsewhere", 302, "" },
        { "too much", 200, new string(' ', 100_000) + "{}" },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task Without_Apples_keys_it_is_503_until_Apple_answers_again(string how, int status, string body)
    {
        _apple.Issuer.InsteadOfKeys = http =>
        {
            http.Response.StatusCode = status;
            http.Response.Headers.Location = "/auth/keys";
            return http.Response.WriteAsync(body);
        };
        (await _apple.SignInAsync(_apple.Token(_apple.NewSubject(), Families.NewEmail()))).ShouldBeError(HttpStatusCode.ServiceUnavailable, "unavailable");
        (await _apple.RowsAsync()).ShouldBe("0 0 0 0 0", how);

        _apple.Issuer.InsteadOfKeys = null;
        (await _apple.SignInAsync(_apple.Token(_apple.NewSubject(), Families.NewEmail()))).ShouldBeError(HttpStatusCode.ServiceUnavailable, "unavailable");
        _apple.App.Clock.Advance(TimeSpan.FromSeconds(10));
        await SignInAsync();
    }

    [Fact]
    public async Task Known_keys_are_good_while_Apple_does_not_answer()
    {
        await SignInAsync();
        _apple.App.Clock.Advance(TimeSpan.FromDays(2));
        _apple.Issuer.InsteadOfKeys = http =>
        {
            http.Abort();
            return Task.CompletedTask;
        };
        await SignInAsync();
    }

    private System.Text.Json.Nodes.JsonObject Claims() => AppleIssuer.Claims(_apple.App.Now, _apple.NewSubject(), Families.NewEmail());

    private async Task SignInAsync(string keyId = "apple-1") => (await _apple.SignInAsync(_apple.Issuer.Sign(Claims(), keyId))).ShouldBe(HttpStatusCode.Created);

    private async Task RefusedAsync(string keyId, RSA key) =>
        (await _apple.SignInAsync(AppleIssuer.Make(new() { ["alg"] = "RS256", ["kid"] = keyId }, Claims(), d => key.SignData(d, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))))
        .ShouldBeError(HttpStatusCode.Unauthorized, "unauthenticated");
}
