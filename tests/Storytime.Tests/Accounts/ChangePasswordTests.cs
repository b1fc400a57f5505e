using System.Net;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Accounts;

public sealed class ChangePasswordTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    private const string New = "a brand new secret";

    [Fact]
    public async Task A_new_password_ends_all_other_devices_and_child_mode_at_once_and_is_told_by_mail()
    {
        var email = Families.NewEmail();
        var other = await app.SignedInAsync(email, "Tablet", register: true);
        var mine = await app.SignedInAsync(email, "Phone");
        var parent = app.Client(mine.Jwt);
        var child = await parent.ChildAsync();
        var device = await app.HandOverAsync(parent, child);
        var (stranger, strangersChild) = await app.FamilyAsync();
        var strangersDevice = await app.HandOverAsync(stranger, strangersChild);

        (await ChangeAsync(parent, Families.Password)).ShouldBe(HttpStatusCode.NoContent);

        (await app.Client(other.Jwt).GetAsync("/api/v1/me")).ShouldBeError(HttpStatusCode.Unauthorized, "unauthenticated");
        (await app.RefreshAsync(other.RefreshToken)).ShouldBeError(HttpStatusCode.Unauthorized, "unauthenticated");
        (await device.GetAsync($"/api/v1/children/{child}/library")).ShouldBeError(HttpStatusCode.Unauthorized, "unauthenticated");
        (await parent.GetAsync("/api/v1/me")).ShouldBe(HttpStatusCode.OK);
        (await app.RefreshAsync(mine.RefreshToken)).ShouldBe(HttpStatusCode.OK);
        (await strangersDevice.GetAsync($"/api/v1/children/{strangersChild}/library")).ShouldBe(HttpStatusCode.OK);
        (await app.Client().PostAsync("/api/v1/auth/login", new { email, password = Families.Password })).ShouldBeError(HttpStatusCode.Unauthorized, "invalid_credentials");
        await app.SignedInAsync(email, "Phone", password: New);
        (await app.SqlAsync($"select string_agg(kind, ',') from outgoing_mails where to_email = '{email}'")).ShouldBe("password_changed");
    }

    [Fact]
    public async Task A_wrong_present_password_changes_nothing()
    {
        var email = Families.NewEmail();
        var other = await app.SignedInAsync(email, "Tablet", register: true);
        var parent = app.Client((await app.SignedInAsync(email, "Phone")).Jwt);
        (await ChangeAsync(parent, "not the password")).ShouldBeError(HttpStatusCode.Unauthorized, "invalid_credentials");
        (await ChangeAsync(parent, null)).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed").Json["error"]!["details"]!["current_password"].ShouldNotBeNull();
        (await app.Client(other.Jwt).GetAsync("/api/v1/me")).ShouldBe(HttpStatusCode.OK);
        await app.SignedInAsync(email, "Phone");
        (await app.SqlAsync($"select count(*) from outgoing_mails where to_email = '{email}'")).ShouldBe(0L);
    }

    [Fact]
    public async Task Guesses_at_the_present_password_are_bounded_as_those_at_the_sign_in_are()
    {
        var email = Families.NewEmail();
        var parent = app.Client((await app.SignedInAsync(email, "Phone", register: true)).Jwt);
        for (var i = 0; i < 9; i++)
            (await ChangeAsync(parent, "not the password")).ShouldBeError(HttpStatusCode.Unauthorized, "invalid_credentials");
        (await app.Client().PostAsync("/api/v1/auth/login", new { email, password = "not the password" })).ShouldBeError(HttpStatusCode.Unauthorized, "invalid_credentials");
        (await ChangeAsync(parent, Families.Password)).ShouldBeError(HttpStatusCode.TooManyRequests, "rate_limited").Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromMinutes(15));
        (await parent.GetAsync("/api/v1/me")).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_account_without_a_password_gets_its_first_one_shortly_after_a_sign_in()
    {
        var email = Families.NewEmail();
        var parent = app.Client((await app.SignedInAsync(email, "Phone", register: true)).Jwt);
        await app.SqlAsync($"update users set password_hash = null where email = '{email}'");
        app.Clock.Advance(TimeSpan.FromMinutes(5));
        (await ChangeAsync(parent, null)).ShouldBeError(HttpStatusCode.Forbidden, "reauthentication_required").Text.ShouldContain("Sign in again");
        (await ChangeAsync(parent, "anything at all")).ShouldBeError(HttpStatusCode.Forbidden, "reauthentication_required");
        (await app.Client().PostAsync("/api/v1/auth/login", new { email, password = "anything at all" })).ShouldBeError(HttpStatusCode.Unauthorized, "invalid_credentials");
        await app.SqlAsync($"update parent_sessions set signed_in_at = signed_in_at + interval '1 second' from users u where u.id = user_id and email = '{email}'");
        (await ChangeAsync(parent, null)).ShouldBe(HttpStatusCode.NoContent);
        await app.SignedInAsync(email, "Phone", password: New);
    }

    [Fact]
    public async Task A_sign_in_with_the_old_password_at_the_moment_of_the_change_leaves_no_session()
    {
        for (var round = 0; round < 10; round++)
        {
            var email = Families.NewEmail();
            var parent = app.Client((await app.SignedInAsync(email, "Phone", register: true)).Jwt);
            var change = ChangeAsync(parent, Families.Password);
            var signIns = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => app.Client().PostAsync("/api/v1/auth/login", new { email, password = Families.Password })));
            (await change).ShouldBe(HttpStatusCode.NoContent);
            foreach (var signIn in signIns.Where(s => s.Status == HttpStatusCode.OK))
                (await app.Client((string)signIn["jwt"]!).GetAsync("/api/v1/me")).ShouldBeError(HttpStatusCode.Unauthorized, "unauthenticated");
        }
    }

    [Fact]
    public async Task Of_two_changes_at_once_from_the_same_present_password_one_counts()
    {
        var email = Families.NewEmail();
        var parent = app.Client((await app.SignedInAsync(email, "Phone", register: true)).Jwt);
        string[] passwords = ["first of the two", "second of the two", "third of the two"];
        var answers = await Task.WhenAll(passwords.Select(p => ChangeAsync(parent, Families.Password, p)));
        answers.Count(a => a.Status == HttpStatusCode.NoContent).ShouldBe(1);
        answers.Where(a => a.Status != HttpStatusCode.NoContent).ShouldAllBe(a => a.Status == HttpStatusCode.Unauthorized);
        await app.SignedInAsync(email, "Phone", password: passwords[Array.FindIndex(answers, a => a.Status == HttpStatusCode.NoContent)]);
    }

    [Theory]
    [InlineData("00000000")]
    [InlineData("12341234")]
    [InlineData("87654321")]
    [InlineData("Football")]
    [InlineData("1qaz2wsx")]
    [InlineData("Summer2031!")]
    [InlineData("dalmatio")]
    public async Task A_password_that_everybody_tries_first_is_refused(string password) =>
        (await ChangeAsync(await app.ParentAsync(), Families.Password, password)).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed")
            .Json["error"]!["details"]!["password"].ShouldNotBeNull();

    [Fact]
    public async Task The_address_is_no_password()
    {
        var email = Families.NewEmail();
        foreach (var password in new[] { email, email.Split('@')[0].ToUpperInvariant() })
        {
            (await app.Client().PostAsync("/api/v1/auth/register", new { email, password }))
                .ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed").Json["error"]!["details"]!["password"].ShouldNotBeNull();
        }
        var parent = app.Client((await app.SignedInAsync(email, "Phone", register: true)).Jwt);
        (await ChangeAsync(parent, Families.Password, email)).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed");
    }

    private static Task<Answer> ChangeAsync(ApiClient parent, string? current, string password = New) =>
        parent.SendAsync(HttpMethod.Put, "/api/v1/me/password", new { current_password = current, password });
}
