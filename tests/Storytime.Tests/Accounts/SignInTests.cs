using System.Net;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Accounts;

public sealed class SignInTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    [Fact]
    public async Task A_parent_signs_in_whatever_the_case_of_the_address()
    {
        var email = await RegisterAsync();
        var answer = (await app.Client().PostAsync("/api/v1/auth/login", new { email = email.ToUpperInvariant(), password = Families.Password })).ShouldBe(HttpStatusCode.OK);
        (await app.Client((string)answer["jwt"]!).GetAsync("/api/v1/me")).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_wrong_password_and_an_unknown_address_get_the_same_answer()
    {
        var email = await RegisterAsync();
        var wrong = await app.Client().PostAsync("/api/v1/auth/login", new { email, password = "not the password" });
        var unknown = await app.Client().PostAsync("/api/v1/auth/login", new { email = Families.NewEmail(), password = "not the password" });
        wrong.ShouldBeError(HttpStatusCode.Unauthorized, "invalid_credentials");
        unknown.Text.ShouldBe(wrong.Text);
    }

    [Fact]
    public async Task Passwords_and_tokens_are_not_in_the_database()
    {
        var email = await RegisterAsync();
        var answer = await app.Client().PostAsync("/api/v1/auth/login", new { email, password = Families.Password });
        var token = (string)answer["refresh_token"]!;
        var next = (string)(await RefreshAsync(token))["refresh_token"]!;
        // All columns of both tables, byte arrays as the text that they may hold.
        var rows = (string)(await app.SqlAsync("""
            select (select string_agg(u::text, '') from users u)
                || (select string_agg(t::text || encode(token_hash, 'escape') || encode(client_hash, 'escape') || coalesce(encode(sealed_successor, 'escape'), ''), '') from refresh_tokens t)
            """))!;
        foreach (var secret in new[] { Families.Password, token, next })
            rows.ShouldNotContain(secret);
    }

    [Fact]
    public async Task Signing_out_ends_the_refresh_token()
    {
        var token = await RefreshTokenAsync();
        (await app.Client().PostAsync("/api/v1/auth/logout", new { refresh_token = token })).ShouldBe(HttpStatusCode.NoContent);
        (await RefreshAsync(token)).ShouldBeError(HttpStatusCode.Unauthorized, "unauthenticated");
        (await app.Client().PostAsync("/api/v1/auth/logout")).ShouldBe(HttpStatusCode.NoContent);
        (await app.Client().PostAsync("/api/v1/auth/logout", new { refresh_token = "never heard of" })).ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task A_refresh_gives_a_new_pair_and_a_lost_answer_can_be_had_again()
    {
        var token = await RefreshTokenAsync();
        var first = (await RefreshAsync(token)).ShouldBe(HttpStatusCode.OK);
        var again = (await RefreshAsync(token)).ShouldBe(HttpStatusCode.OK);
        again.Text.ShouldBe(first.Text);
        ((string?)first["refresh_token"]).ShouldNotBe(token);
        (await app.Client((string)first["jwt"]!).GetAsync("/api/v1/me")).ShouldBe(HttpStatusCode.OK);
        (await RefreshAsync((string)first["refresh_token"]!)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_spent_token_from_another_client_ends_the_family()
    {
        var token = await RefreshTokenAsync();
        var next = (string)(await RefreshAsync(token))["refresh_token"]!;
        (await RefreshAsync(token, "another client")).ShouldBeError(HttpStatusCode.Unauthorized, "unauthenticated");
        (await RefreshAsync(next)).ShouldBeError(HttpStatusCode.Unauthorized, "unauthenticated");
    }

    [Fact]
    public async Task Racing_refreshes_all_get_the_one_successor()
    {
        var token = await RefreshTokenAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => RefreshAsync(token)));
        answers.Select(a => a.ShouldBe(HttpStatusCode.OK).Text).Distinct().Count().ShouldBe(1);
    }

    [Fact]
    public async Task Theft_that_is_noticed_while_the_successor_is_used_ends_the_family_all_the_same()
    {
        for (var round = 0; round < 20; round++)
        {
            var stolen = await RefreshTokenAsync();
            var live = (string)(await RefreshAsync(stolen))["refresh_token"]!;
            var owner = RefreshAsync(live);
            await RefreshAsync(stolen, "thief");
            var answer = await owner;
            if (answer.Status == HttpStatusCode.OK)
                (await RefreshAsync((string)answer["refresh_token"]!)).ShouldBeError(HttpStatusCode.Unauthorized, "unauthenticated");
        }
    }

    [Fact]
    public async Task Signing_out_while_a_refresh_is_under_way_ends_the_session_all_the_same()
    {
        for (var round = 0; round < 20; round++)
        {
            var token = await RefreshTokenAsync();
            var refresh = RefreshAsync(token);
            (await app.Client().PostAsync("/api/v1/auth/logout", new { refresh_token = token })).ShouldBe(HttpStatusCode.NoContent);
            var answer = await refresh;
            if (answer.Status == HttpStatusCode.OK)
                (await RefreshAsync((string)answer["refresh_token"]!)).ShouldBeError(HttpStatusCode.Unauthorized, "unauthenticated");
        }
    }

    [Fact]
    public async Task An_address_with_a_letter_that_lowers_differently_can_sign_in()
    {
        var email = $"\u0130{Guid.NewGuid():N}@example.com";
        (await app.Client().PostAsync("/api/v1/auth/register", new { email, password = Families.Password })).ShouldBe(HttpStatusCode.Created);
        (await app.Client().PostAsync("/api/v1/auth/login", new { email, password = Families.Password })).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_weaker_hash_is_made_anew_when_its_password_is_given()
    {
        var email = await RegisterAsync();
        var weak = new PasswordHasher<Storytime.Accounts.User>(Options.Create(new PasswordHasherOptions { IterationCount = 500 })).HashPassword(null!, Families.Password);
        await app.SqlAsync($"update users set password_hash = '{weak}' where email = '{email}'");
        (await app.Client().PostAsync("/api/v1/auth/login", new { email, password = "not the password" })).ShouldBeError(HttpStatusCode.Unauthorized, "invalid_credentials");
        (await app.SqlAsync($"select password_hash from users where email = '{email}'")).ShouldBe(weak);
        for (var i = 0; i < 2; i++)
            (await app.Client().PostAsync("/api/v1/auth/login", new { email, password = Families.Password })).ShouldBe(HttpStatusCode.OK);
        (await app.SqlAsync($"select password_hash from users where email = '{email}'")).ShouldNotBe(weak);
    }

    [Fact]
    public async Task An_unknown_refresh_token_is_401() =>
        (await RefreshAsync("nonsense")).ShouldBeError(HttpStatusCode.Unauthorized, "unauthenticated");

    private async Task<string> RegisterAsync()
    {
        var email = Families.NewEmail();
        (await app.Client().PostAsync("/api/v1/auth/register", new { email, password = Families.Password })).ShouldBe(HttpStatusCode.Created);
        return email;
    }

    private async Task<string> RefreshTokenAsync() => await app.NewRefreshTokenAsync();

    private Task<Answer> RefreshAsync(string token, string client = "") => app.RefreshAsync(token, client);
}

public sealed class RefreshReuseTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    [Fact]
    public async Task A_spent_token_that_comes_back_late_ends_the_family()
    {
        var token = await app.NewRefreshTokenAsync();
        var next = (string)(await app.RefreshAsync(token)).ShouldBe(HttpStatusCode.OK)["refresh_token"]!;
        app.Clock.Advance(TimeSpan.FromSeconds(11));
        (await app.RefreshAsync(token)).ShouldBeError(HttpStatusCode.Unauthorized, "unauthenticated");
        (await app.RefreshAsync(next)).ShouldBeError(HttpStatusCode.Unauthorized, "unauthenticated");
    }

    [Fact]
    public async Task A_refresh_token_lives_sixty_days()
    {
        var token = await app.NewRefreshTokenAsync();
        app.Clock.Advance(TimeSpan.FromDays(60));
        (await app.RefreshAsync(token)).ShouldBeError(HttpStatusCode.Unauthorized, "unauthenticated");
    }
}

internal static class RefreshCalls
{
    public static async Task<string> NewRefreshTokenAsync(this StorytimeApp app) =>
        (string)(await app.Client().PostAsync("/api/v1/auth/register", new { email = Families.NewEmail(), password = Families.Password }))["refresh_token"]!;

    public static Task<Answer> RefreshAsync(this StorytimeApp app, string token, string client = "") => app.Client().SendAsync(
        HttpMethod.Post, "/api/v1/auth/refresh", new { refresh_token = token },
        request =>
        {
            if (client != "")
                request.Headers.TryAddWithoutValidation("User-Agent", client);
        });
}
