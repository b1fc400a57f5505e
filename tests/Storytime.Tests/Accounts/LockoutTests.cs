using System.Globalization;
using System.Net;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Accounts;

public sealed class LockoutTests : IClassFixture<StorytimeApp>
{
    private const string Home = "198.51.100.7";
    private const string Attacker = "203.0.113.1";

    private readonly StorytimeApp _app;

    public LockoutTests(StorytimeApp app) => _app = app.With("Proxies:Networks:0", "127.0.0.0/8").With("Proxies:Networks:1", "::1/128");

    [Fact]
    public async Task Ten_wrong_passwords_lock_the_address_they_came_from_and_not_the_owner()
    {
        var email = await RegisterAsync();
        for (var i = 0; i < 10; i++)
            (await GuessAsync(email, Attacker)).ShouldBeError(HttpStatusCode.Unauthorized, "invalid_credentials");
        var locked = (await GuessAsync(email, Attacker)).ShouldBeError(HttpStatusCode.TooManyRequests, "rate_limited");
        locked.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromMinutes(15));
        (await SignInAsync(email, Attacker)).ShouldBeError(HttpStatusCode.TooManyRequests, "rate_limited");
        (await SignInAsync(email, Home)).ShouldBe(HttpStatusCode.OK);
        // Not by its address alone either: the owner may be on holiday.
        (await SignInAsync(email, "192.0.2.44")).ShouldBe(HttpStatusCode.OK);
        (await SignInAsync(await RegisterAsync(), Attacker)).ShouldBe(HttpStatusCode.OK);

        _app.Clock.Advance(TimeSpan.FromMinutes(15) - TimeSpan.FromSeconds(1));
        (await SignInAsync(email, Attacker)).ShouldBeError(HttpStatusCode.TooManyRequests, "rate_limited").Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(1));
        _app.Clock.Advance(TimeSpan.FromSeconds(1));
        (await SignInAsync(email, Attacker)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Who_forgot_the_password_and_chose_a_new_one_may_use_it_at_once()
    {
        var email = await RegisterAsync();
        for (var i = 0; i < 11; i++)
            await GuessAsync(email, Home);
        await GuessAsync(email, Attacker);
        await _app.ForgetAsync(email);
        (await _app.ResetAsync(await _app.LinkTokenAsync(email, "reset-password"))).ShouldBe(HttpStatusCode.NoContent);
        (await CountsAsync(email)).ShouldBe((0, 0));
        (await CallAsync("login", email, Home, "brand new password")).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Spellings_of_an_address_are_counted_together()
    {
        var email = "mike" + await RegisterAsync(prefix: "mike");
        for (var i = 0; i < 10; i++)
            await GuessAsync(i % 2 == 0 ? email.ToUpperInvariant() : email.Replace("mike", "M\u0130ke", StringComparison.Ordinal), Attacker);
        (await SignInAsync(email, Attacker)).ShouldBeError(HttpStatusCode.TooManyRequests, "rate_limited");
    }

    [Fact]
    public async Task Wrong_passwords_that_are_a_quarter_of_an_hour_old_are_forgotten()
    {
        var email = await RegisterAsync();
        for (var i = 0; i < 9; i++)
            await GuessAsync(email, Attacker);
        _app.Clock.Advance(TimeSpan.FromMinutes(15));
        for (var i = 0; i < 9; i++)
            (await GuessAsync(email, Attacker)).ShouldBeError(HttpStatusCode.Unauthorized, "invalid_credentials");
        (await SignInAsync(email, Attacker)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_right_password_clears_what_was_counted_for_its_address()
    {
        var email = await RegisterAsync();
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < 9; i++)
                (await GuessAsync(email, Home)).ShouldBeError(HttpStatusCode.Unauthorized, "invalid_credentials");
            (await SignInAsync(email, Home)).ShouldBe(HttpStatusCode.OK);
        }
        (await CountsAsync(email)).ShouldBe((0, 27));
    }

    [Fact]
    public async Task An_unknown_address_is_locked_in_the_same_words()
    {
        var (known, unknown) = (await RegisterAsync(), Families.NewEmail());
        for (var i = 0; i < 12; i++)
        {
            var (answer, other) = (await GuessAsync(known, Attacker), await GuessAsync(unknown, Attacker));
            (other.Status, other.Text, other.Headers.RetryAfter?.Delta).ShouldBe((answer.Status, answer.Text, answer.Headers.RetryAfter?.Delta));
        }
        (await GuessAsync(unknown, Attacker)).ShouldBeError(HttpStatusCode.TooManyRequests, "rate_limited");
    }

    [Fact]
    public async Task Guesses_at_the_same_moment_are_all_counted_before_any_is_looked_at()
    {
        var email = await RegisterAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => GuessAsync(email, Attacker)));
        answers.Count(a => a.Status == HttpStatusCode.Unauthorized).ShouldBe(10);
        answers.Count(a => a.Status == HttpStatusCode.TooManyRequests).ShouldBe(30);
        (await CountsAsync(email)).ShouldBe((40, 10));
    }

    [Fact]
    public async Task Against_many_addresses_only_those_where_the_owner_was_may_still_try()
    {
        var (email, unknown) = (await RegisterAsync(), Families.NewEmail());
        foreach (var target in new[] { email, unknown })
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 120).Select(i => GuessAsync(target, $"203.0.113.{i}")));
            answers.Count(a => a.Status == HttpStatusCode.Unauthorized).ShouldBe(100);
            answers.Count(a => a.Status == HttpStatusCode.TooManyRequests).ShouldBe(20);
        }
        var refused = (await SignInAsync(email, "192.0.2.44")).ShouldBeError(HttpStatusCode.TooManyRequests, "rate_limited");
        refused.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromHours(1));
        (await GuessAsync(unknown, "192.0.2.44")).Text.ShouldBe(refused.Text);
        // A refusal that has not looked at the password would be the same for the right one; the owner at home gets in, and stays bounded there.
        (await SignInAsync(email, Home)).ShouldBe(HttpStatusCode.OK);
        for (var i = 0; i < 10; i++)
            (await GuessAsync(email, Home)).ShouldBeError(HttpStatusCode.Unauthorized, "invalid_credentials");
        (await GuessAsync(email, Home)).ShouldBeError(HttpStatusCode.TooManyRequests, "rate_limited");

        _app.Clock.Advance(TimeSpan.FromHours(1));
        (await SignInAsync(email, "192.0.2.44")).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task One_address_alone_cannot_bring_others_to_the_bound_of_all()
    {
        var email = await RegisterAsync();
        for (var i = 0; i < 130; i++)
            await GuessAsync(email, Attacker);
        (await CountsAsync(email)).ShouldBe((130, 10));
        (await SignInAsync(email, "192.0.2.44")).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Neither_addresses_nor_emails_are_in_the_table()
    {
        var email = await RegisterAsync();
        await GuessAsync(email, Attacker);
        var rows = (string)(await _app.SqlAsync("select string_agg(encode(email_hash, 'escape') || encode(address_hash, 'escape'), ' ') from sign_in_failures"))!;
        rows.ShouldNotContain(email);
        rows.ShouldNotContain(Attacker);
    }

    private async Task<string> RegisterAsync(string prefix = "")
    {
        var email = Families.NewEmail();
        (await CallAsync("register", prefix + email, Home, Families.Password)).ShouldBe(HttpStatusCode.Created);
        return email;
    }

    private Task<Answer> GuessAsync(string email, string from) => CallAsync("login", email, from, "not the password");

    private Task<Answer> SignInAsync(string email, string from) => CallAsync("login", email, from, Families.Password);

    private Task<Answer> CallAsync(string call, string email, string from, string password) => _app.Client().SendAsync(
        HttpMethod.Post, $"/api/v1/auth/{call}", new { email, password }, request => request.Headers.Add("X-Forwarded-For", from));

    /// <summary>What is counted for one e-mail: for the single addresses, and for all.</summary>
    private async Task<(long Addresses, long All)> CountsAsync(string email)
    {
        var hash = Convert.ToHexString(Microsoft.Extensions.DependencyInjection.ServiceProviderServiceExtensions
            .GetRequiredService<Storytime.Platform.Auth.Pseudonyms>(_app.Services).OfEmail(email));
        async Task<long> SumAsync(string which) => Convert.ToInt64(
            await _app.SqlAsync($"select coalesce(sum(failures), 0) from sign_in_failures where email_hash = '\\x{hash}' and address_hash {which} ''"), CultureInfo.InvariantCulture);
        return (await SumAsync("<>"), await SumAsync("="));
    }
}
