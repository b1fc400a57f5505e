using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Storytime.Accounts;
using Storytime.Admin.Operations;
using Storytime.Platform;
using Storytime.Platform.Errors;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Admin;

/// <summary>The link by which staff choose their password. The page behind it asks <see cref="SetUpAdmin"/>, as is done here.</summary>
public sealed class SetUpAdminTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    private const string Admins = "/admin/api/v1/admins";
    private const string Chosen = "seven purple otters";

    private readonly StorytimeApp _app = app.With("Auth:AdminTokenLifetime", "100.00:00:00");

    [Fact]
    public async Task Who_was_invited_chooses_a_password_once_and_signs_in()
    {
        var (id, email, token) = await InviteAsync();
        (await SignInAsync(email, Chosen)).ShouldBeError(HttpStatusCode.Unauthorized, "invalid_credentials");
        (await EmailOfAsync(token)).ShouldBe(email);
        (await FinishAsync(token, Chosen)).ShouldBeNull();
        (await SignInAsync(email, Chosen)).ShouldBe(HttpStatusCode.OK);
        (await _app.LastAuditAsync()).ShouldStartWith($"setup_finished admin_user {id} ");
        (await EmailOfAsync(token)).ShouldBeNull();
        (await FinishAsync(token, "another good phrase"))!.Details.ShouldContainKey("token");
        (await SignInAsync(email, Chosen)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Only_the_hash_of_the_token_is_stored_and_only_once_is_it_told()
    {
        var (id, _, token) = await InviteAsync();
        Encoding.UTF8.GetByteCount(token).ShouldBe(43);
        (await _app.SqlAsync($"select setup_token_hash from admin_users where id = {id}")).ShouldBe(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
        (await _app.SqlAsync($"select to_jsonb(a)::text || (select string_agg(to_jsonb(e)::text, '') from audit_entries e) from admin_users a where id = {id}"))!.ToString()!.ShouldNotContain(token);
        (await (await _app.AdminAsync()).GetAsync($"{Admins}/{id}")).Text.ShouldNotContain(token);
    }

    [Fact]
    public async Task A_link_ends_after_24_hours_with_a_newer_one_and_with_the_account()
    {
        var admin = await _app.AdminAsync();
        var (id, email, first) = await InviteAsync();
        var second = (string)(await admin.PostAsync($"{Admins}/{id}/setups")).ShouldBe(HttpStatusCode.Created)["token"]!;
        (await EmailOfAsync(first)).ShouldBeNull();
        _app.Clock.Advance(TimeSpan.FromHours(24) - TimeSpan.FromSeconds(1));
        (await EmailOfAsync(second)).ShouldBe(email);
        _app.Clock.Advance(TimeSpan.FromSeconds(1));
        (await FinishAsync(second, Chosen)).ShouldNotBeNull();

        var third = (string)(await admin.PostAsync($"{Admins}/{id}/setups"))["token"]!;
        (await admin.PatchAsync($"{Admins}/{id}", new { disabled = true })).ShouldBe(HttpStatusCode.OK);
        (await FinishAsync(third, Chosen)).ShouldNotBeNull();
        (await admin.PostAsync($"{Admins}/{id}/setups")).ShouldBeError(HttpStatusCode.Conflict, "admin_disabled");
        (await admin.PatchAsync($"{Admins}/{id}", new { disabled = false })).ShouldBe(HttpStatusCode.OK);
        (await FinishAsync(third, Chosen)).ShouldNotBeNull();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("no-such-token")]
    public async Task A_token_that_nobody_made_opens_nothing(string? token)
    {
        await InviteAsync();
        (await EmailOfAsync(token)).ShouldBeNull();
        (await FinishAsync(token, Chosen))!.Details.ShouldContainKey("token");
    }

    [Fact]
    public async Task A_poor_password_is_refused_and_the_link_stays_good()
    {
        var (_, email, token) = await InviteAsync();
        foreach (var poor in new[] { null, "", "short", "password", email })
            (await FinishAsync(token, poor))!.Details.ShouldContainKey("password");
        (await FinishAsync(token, Chosen)).ShouldBeNull();
    }

    [Fact]
    public async Task Of_two_who_open_the_link_at_once_one_chooses()
    {
        var (_, email, token) = await InviteAsync();
        string[] chosen = ["first good phrase", "second good phrase", "third good phrase"];
        var answers = await Task.WhenAll(chosen.Select(c => FinishAsync(token, c)));
        answers.Count(a => a is null).ShouldBe(1);
        (await SignInAsync(email, chosen[Array.FindIndex(answers, a => a is null)])).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_lost_authenticator_is_cleared_and_the_old_password_and_its_sessions_end()
    {
        var admin = await _app.AdminAsync();
        var editor = await _app.EditorAsync();
        var id = (long)(await _app.SqlAsync("select max(id) from admin_users"))!;
        var email = (string)(await _app.SqlAsync($"select email from admin_users where id = {id}"))!;
        await _app.SqlAsync($"update admin_users set two_factor_enabled = true, lockout_end = now() + interval '1 day' where id = {id}");
        await _app.SqlAsync($"insert into admin_user_tokens (user_id, login_provider, name, value) values ({id}, '[AspNetUserStore]', 'AuthenticatorKey', 'JBSWY3DPEHPK3PXP')");

        var token = (string)(await admin.PostAsync($"{Admins}/{id}/setups")).ShouldBe(HttpStatusCode.Created)["token"]!;
        var (before, after) = ("""{"role": "editor", "disabled_at": null, "has_password": true, "setup_expires_at": null, "has_second_factor": true}""",
            $$"""{"role": "editor", "disabled_at": null, "has_password": false, "setup_expires_at": "{{Rfc3339.Format(_app.Now.AddHours(24))}}", "has_second_factor": false}""");
        (await _app.LastAuditAsync()).ShouldBe($"setup_started admin_user {id} {before} {after}");
        (await editor.GetAsync("/admin/api/v1/books")).ShouldBeError(HttpStatusCode.Unauthorized, "unauthenticated");
        (await SignInAsync(email, Families.Password)).ShouldBeError(HttpStatusCode.Unauthorized, "invalid_credentials");
        (await _app.SqlAsync($"select count(*) from admin_user_tokens where user_id = {id}")).ShouldBe(0L);
        (await FinishAsync(token, Chosen)).ShouldBeNull();
        (await SignInAsync(email, Chosen)).ShouldBe(HttpStatusCode.OK);
    }

    private async Task<(long Id, string Email, string Token)> InviteAsync()
    {
        var email = Families.NewEmail();
        var made = (await (await _app.AdminAsync()).PostAsync(Admins, new { email, role = "editor" })).ShouldBe(HttpStatusCode.Created);
        ((DateTimeOffset)made["setup"]!["expires_at"]!).ShouldBe(_app.Now.AddHours(24));
        return ((long)made["admin"]!["id"]!, email, (string)made["setup"]!["token"]!);
    }

    private Task<string?> EmailOfAsync(string? token) => _app.InDatabaseAsync(db => SetUpAdmin.EmailOfAsync(db, token, _app.Clock.Now(), CancellationToken.None));

    private Task<ApiError?> FinishAsync(string? token, string? password) => _app.InDatabaseAsync(db =>
        SetUpAdmin.FinishAsync(db, _app.Services.GetRequiredService<Passwords>(), token, password, _app.Clock.Now(), CancellationToken.None));

    private Task<Answer> SignInAsync(string email, string password) => _app.Client().PostAsync("/admin/api/v1/auth/login", new { email, password });
}
