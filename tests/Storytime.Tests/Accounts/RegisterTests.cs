using System.Net;
using System.Text;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Accounts;

public sealed class RegisterTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    [Fact]
    public async Task A_user_agent_that_is_too_long_for_a_device_name_is_not_cut_within_a_character()
    {
        using var handler = new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8 };
        using var http = new HttpClient(handler) { BaseAddress = app.Client().Http.BaseAddress };
        var answer = await new ApiClient(http, null).SendAsync(HttpMethod.Post, "/api/v1/auth/register", new { email = Families.NewEmail(), password = Families.Password },
            request => request.Headers.TryAddWithoutValidation("User-Agent", new string('a', 99) + "\U0001F600"));

        var sessions = await app.Client((string)answer.ShouldBe(HttpStatusCode.Created)["jwt"]!).GetAsync("/api/v1/me/sessions");
        ((string?)sessions["data"]![0]!["device_name"]).ShouldBe(new string('a', 99));
    }

    [Fact]
    public async Task A_new_parent_gets_an_account_and_tokens()
    {
        var email = Families.NewEmail();
        var answer = await app.Client().PostAsync("/api/v1/auth/register", new { email, password = Families.Password, country = "gb" });

        answer.ShouldBe(HttpStatusCode.Created);
        ((string?)answer["user"]!["email"]).ShouldBe(email);
        ((string?)answer["user"]!["role"]).ShouldBe("parent");
        ((string?)answer["user"]!["country"]).ShouldBe("GB");
        ((string?)answer["refresh_token"]).ShouldNotBeNullOrEmpty();
        ((string?)answer["expires_at"]).ShouldEndWith("Z");
        var me = await app.Client((string)answer["jwt"]!).GetAsync("/api/v1/me");
        ((long)me.ShouldBe(HttpStatusCode.OK)["id"]!).ShouldBe((long)answer["user"]!["id"]!);
    }

    [Fact]
    public async Task An_email_address_is_taken_whatever_its_case()
    {
        var email = Families.NewEmail();
        await app.Client().PostAsync("/api/v1/auth/register", new { email, password = Families.Password });
        var again = await app.Client().PostAsync("/api/v1/auth/register", new { email = email.ToUpperInvariant(), password = Families.Password });
        again.ShouldBeError(HttpStatusCode.Conflict, "email_taken");
    }

    [Fact]
    public async Task An_endless_address_is_refused_without_effort()
    {
        var answer = await app.Client().PostAsync("/api/v1/auth/register", new { email = new string(' ', 900_000) + "x", password = Families.Password });
        answer.ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed").Text.ShouldContain("name@example.com");
    }

    [Theory]
    [InlineData("mia+stories@example.com")]
    [InlineData("o'neill@mail.example.com")]
    [InlineData("ä@exämple.com")]
    [InlineData("mia@xn--exmple-cua.com")]
    public async Task Addresses_that_people_have_are_taken(string email) =>
        (await app.Client().PostAsync("/api/v1/auth/register", new { email = $" {email} ", password = Families.Password })).ShouldBe(HttpStatusCode.Created);

    [Theory]
    [InlineData("UK")]
    [InlineData("USA")]
    [InlineData("")]
    public async Task A_country_that_is_none_is_refused(string country)
    {
        var answer = await app.Client().PostAsync("/api/v1/auth/register", new { email = Families.NewEmail(), password = Families.Password, country });
        answer.ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed").Json["error"]!["details"]!["country"].ShouldNotBeNull();
    }

    [Theory]
    [InlineData("", "correct horse battery", "email")]
    [InlineData("a@b", "correct horse battery", "email")]
    [InlineData("not-an-address", "correct horse battery", "email")]
    [InlineData("a<b@example.com", "correct horse battery", "email")]
    [InlineData("a>b@example.com", "correct horse battery", "email")]
    [InlineData("a,b@example.com", "correct horse battery", "email")]
    [InlineData("a;b@example.com", "correct horse battery", "email")]
    [InlineData("a(b@example.com", "correct horse battery", "email")]
    [InlineData("a(b)@example.com", "correct horse battery", "email")]
    [InlineData("\"a@example.com", "correct horse battery", "email")]
    [InlineData(".a@example.com", "correct horse battery", "email")]
    [InlineData("<a@example.com>", "correct horse battery", "email")]
    [InlineData("a@b.example", "short", "password")]
    [InlineData("a@b.example", "Password123", "password")]
    [InlineData("a@b.example", null, "password")]
    public async Task Bad_input_is_answered_by_field_and_changes_nothing(string email, string? password, string field)
    {
        var answer = await app.Client().PostAsync("/api/v1/auth/register", new { email, password });
        answer.ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed");
        answer.Json["error"]!["details"]![field].ShouldNotBeNull();
        (await app.SqlAsync($"select count(*) from users where email = '{email}'")).ShouldBe(0L);
    }
}
