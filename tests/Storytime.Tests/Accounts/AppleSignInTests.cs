using System.Net;
using System.Security.Cryptography;
using System.Text;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Accounts;

public sealed class AppleSignInTests(AppleApp apple) : IClassFixture<AppleApp>
{
    private StorytimeApp App => apple.App;

    [Fact]
    public async Task The_first_sign_in_makes_an_account_and_later_ones_without_an_address_open_it()
    {
        var (subject, email) = (apple.NewSubject(), Families.NewEmail());
        var first = await App.Client().PostAsync("/api/v1/auth/apple", new { identity_token = apple.Token(subject, email), country = "gb", device_name = "Ada's iPhone" });

        first.ShouldBe(HttpStatusCode.Created);
        ((string?)first["user"]!["email"], (string?)first["user"]!["country"], (string?)first["user"]!["role"]).ShouldBe((email, "GB", "parent"));
        var id = (long)first["user"]!["id"]!;
        (await App.Client((string)first["jwt"]!).GetAsync("/api/v1/me")).ShouldBe(HttpStatusCode.OK);
        (await App.RefreshAsync((string)first["refresh_token"]!)).ShouldBe(HttpStatusCode.OK);
        (await App.Client((string)first["jwt"]!).ChildAsync()).ShouldBePositive("consent is on record");
        (await App.SqlAsync($"select concat_ws(' ', email_confirmed, password_hash is null, (select device_name from parent_sessions s where s.user_id = u.id)) from users u where id = {id}"))
            .ShouldBe("t t Ada's iPhone");

        var later = (await apple.SignInAsync(apple.Token(subject))).ShouldBe(HttpStatusCode.OK);
        ((long)later["user"]!["id"]!).ShouldBe(id);
        var moved = (await apple.SignInAsync(apple.Token(subject, Families.NewEmail()))).ShouldBe(HttpStatusCode.OK);
        ((long)moved["user"]!["id"]!, (string?)moved["user"]!["email"]).ShouldBe((id, email));
        (await App.Client().PostAsync("/api/v1/auth/login", new { email, password = "" })).Status.ShouldNotBe(HttpStatusCode.OK);
        (await App.Client().PostAsync("/api/v1/auth/login", new { email, password = Families.Password })).ShouldBeError(HttpStatusCode.Unauthorized, "invalid_credentials");
    }

    [Fact]
    public async Task An_account_with_a_confirmed_address_is_opened_and_keeps_its_password_and_sessions()
    {
        var (email, id, jwt) = await RegisterAsync();
        await App.SqlAsync($"update users set email_confirmed = true where id = {id} returning 1");
        var claims = AppleIssuer.Claims(App.Now, apple.NewSubject(), email.ToUpperInvariant());
        claims["email_verified"] = true;

        var answer = (await apple.SignInAsync(apple.Issuer.Sign(claims))).ShouldBe(HttpStatusCode.OK);

        ((long)answer["user"]!["id"]!, (string?)answer["user"]!["email"]).ShouldBe((id, email));
        (await App.Client(jwt).GetAsync("/api/v1/me")).ShouldBe(HttpStatusCode.OK);
        (await App.Client().PostAsync("/api/v1/auth/login", new { email, password = Families.Password })).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Who_registered_somebody_elses_address_before_is_out_once_its_owner_comes_with_Apple()
    {
        var (email, id, jwt) = await RegisterAsync();
        var intruder = App.Client(jwt);
        var child = await intruder.ChildAsync();
        var device = await App.HandOverAsync(intruder, child);
        var login = (await App.Client().PostAsync("/api/v1/auth/login", new { email, password = Families.Password })).ShouldBe(HttpStatusCode.OK);
        await App.SqlAsync($"""
            insert into account_tokens (user_id, kind, token_hash, new_email, created_at, expires_at)
            values ({id}, 'email_change', '\x42', 'intruder@example.com', now(), now() + interval '1 day') returning 1
            """);

        var owner = (await apple.SignInAsync(apple.Token(apple.NewSubject(), email))).ShouldBe(HttpStatusCode.OK);

        ((long)owner["user"]!["id"]!).ShouldBe(id);
        (await App.Client((string)owner["jwt"]!).GetAsync("/api/v1/me")).ShouldBe(HttpStatusCode.OK);
        (await intruder.GetAsync("/api/v1/me")).ShouldBeError(HttpStatusCode.Unauthorized, "unauthenticated");
        (await device.GetAsync($"/api/v1/children/{child}/library")).ShouldBeError(HttpStatusCode.Unauthorized, "unauthenticated");
        (await App.RefreshAsync((string)login["refresh_token"]!)).ShouldBeError(HttpStatusCode.Unauthorized, "unauthenticated");
        (await App.Client().PostAsync("/api/v1/auth/login", new { email, password = Families.Password })).ShouldBeError(HttpStatusCode.Unauthorized, "invalid_credentials");
        (await App.SqlAsync($"""
            select concat_ws(' ', email_confirmed, (select count(*) from account_tokens where user_id = u.id and used_at is null), (select count(*) from consent_records where user_id = u.id))
            from users u where id = {id}
            """)).ShouldBe("t 0 2");
    }

    [Fact]
    public async Task A_change_of_address_that_still_waits_to_be_mailed_is_out_with_who_asked_for_it()
    {
        var (email, id, jwt) = await RegisterAsync();
        var intruders = Families.NewEmail();
        (await App.Client(jwt).PutAsync("/api/v1/me/email", new { email = intruders, password = Families.Password })).ShouldBe(HttpStatusCode.Accepted);

        ((long)(await apple.SignInAsync(apple.Token(apple.NewSubject(), email))).ShouldBe(HttpStatusCode.OK)["user"]!["id"]!).ShouldBe(id);

        (await App.MailsAsync(intruders)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Without_an_address_and_an_account_the_parent_is_told_what_to_do()
    {
        var before = await apple.RowsAsync();
        var answer = await apple.SignInAsync(apple.Token(apple.NewSubject()));
        answer.ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed").Text.ShouldContain("Remove the app in the settings");
        (await apple.RowsAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task A_nonce_is_told_to_Apple_as_it_is_or_hashed()
    {
        var nonce = Guid.NewGuid().ToString();
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(nonce));
        foreach (var told in new[] { nonce, Convert.ToHexStringLower(hash), Convert.ToHexString(hash) })
        {
            var claims = AppleIssuer.Claims(App.Now, apple.NewSubject(), Families.NewEmail());
            claims["nonce"] = told;
            (await apple.SignInAsync(apple.Issuer.Sign(claims), nonce)).ShouldBe(HttpStatusCode.Created);
        }
        var old = AppleIssuer.Claims(App.Now, apple.NewSubject(), Families.NewEmail());
        old["nonce_supported"] = false;
        (await apple.SignInAsync(apple.Issuer.Sign(old), nonce)).Status.ShouldBe(HttpStatusCode.Created, "a system that knows no nonces");
    }

    [Fact]
    public async Task A_web_players_services_id_is_an_audience_too_and_a_known_person_needs_no_verified_address()
    {
        var claims = AppleIssuer.Claims(App.Now, apple.NewSubject(), Families.NewEmail());
        claims["aud"] = AppleIssuer.ClientId + ".web";
        (await apple.SignInAsync(apple.Issuer.Sign(claims))).ShouldBe(HttpStatusCode.Created);
        claims["email_verified"] = "false";
        (await apple.SignInAsync(apple.Issuer.Sign(claims))).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task First_sign_ins_all_at_once_make_one_account()
    {
        for (var round = 0; round < 5; round++)
        {
            var (subject, other, email) = (apple.NewSubject(), apple.NewSubject(), Families.NewEmail());
            var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(n => n == 5
                ? App.Client().PostAsync("/api/v1/auth/register", new { email, password = Families.Password })
                : apple.SignInAsync(apple.Token(n % 3 == 0 ? other : subject, email))));
            answers.Count(a => a.Status == HttpStatusCode.Created).ShouldBe(1);
            answers.ShouldAllBe(a => a.Status == HttpStatusCode.OK || a.Status == HttpStatusCode.Created || a.Status == HttpStatusCode.Conflict);
            (await App.SqlAsync($"select count(*) from users where email = '{email}'")).ShouldBe(1L);
            (await App.SqlAsync($"select count(*) from apple_identities where subject in ('{subject}', '{other}')")).ShouldBe(2L);
        }
    }

    [Theory]
    [InlineData("{}", "identity_token")]
    [InlineData("""{"identity_token":"x","country":"UK"}""", "country")]
    [InlineData("""{"identity_token":"x","device_name":" "}""", "device_name")]
    public async Task Bad_input_is_answered_by_field(string body, string field) =>
        (await App.Client().PostAsync("/api/v1/auth/apple", body)).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed")
            .Json["error"]!["details"]![field].ShouldNotBeNull();

    private async Task<(string Email, long Id, string Jwt)> RegisterAsync()
    {
        var email = Families.NewEmail();
        var answer = (await App.Client().PostAsync("/api/v1/auth/register", new { email, password = Families.Password })).ShouldBe(HttpStatusCode.Created);
        return (email, (long)answer["user"]!["id"]!, (string)answer["jwt"]!);
    }
}
