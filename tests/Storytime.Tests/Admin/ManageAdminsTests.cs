using System.Net;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Admin;

public sealed class ManageAdminsTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    private const string Admins = "/admin/api/v1/admins";

    [Fact]
    public async Task A_member_of_staff_is_added_with_a_password_and_signs_in_with_it()
    {
        var admin = await app.AdminAsync();
        var email = Families.NewEmail();
        var made = (await admin.PostAsync(Admins, new { email = $" {email} ", role = "finance", password = Families.Password })).ShouldBe(HttpStatusCode.Created);
        made.Headers.Location!.ToString().ShouldBe($"{Admins}/{made["admin"]!["id"]}");
        made["setup"].ShouldBeNull();
        (await app.LastAuditAsync()).ShouldBe(
            $$"""created admin_user {{made["admin"]!["id"]}} - {"role": "finance", "disabled_at": null, "has_password": true, "setup_expires_at": null, "has_second_factor": false}""");
        var signedIn = (await app.Client().PostAsync("/admin/api/v1/auth/login", new { email, password = Families.Password })).ShouldBe(HttpStatusCode.OK);
        ((string?)signedIn["admin"]!["role"]).ShouldBe("finance");
        (await app.Client((string)signedIn["jwt"]!).GetAsync(Admins)).ShouldBeError(HttpStatusCode.Forbidden, "forbidden");
        var read = (await admin.GetAsync(made.Headers.Location!.ToString())).ShouldBe(HttpStatusCode.OK);
        ((string?)read["email"], (bool)read["has_password"]!).ShouldBe((email, true));
        read.Text.ShouldNotContain("hash");
    }

    [Fact]
    public async Task One_address_has_one_account_whatever_its_case()
    {
        var admin = await app.AdminAsync();
        var email = Families.NewEmail();
        (await admin.PostAsync(Admins, new { email, role = "editor" })).ShouldBe(HttpStatusCode.Created);
        (await admin.PostAsync(Admins, new { email = email.ToUpperInvariant(), role = "admin" })).ShouldBeError(HttpStatusCode.Conflict, "email_taken");
    }

    [Theory]
    [InlineData("""{ "email": "nobody", "role": "editor" }""", "email")]
    [InlineData("""{ "role": "editor" }""", "email")]
    [InlineData("""{ "email": "a@example.com" }""", "role")]
    [InlineData("""{ "email": "a@example.com", "role": "editor", "password": "password" }""", "password")]
    [InlineData("""{ "email": "longname@example.com", "role": "editor", "password": "longname@example.com" }""", "password")]
    public async Task What_cannot_be_an_account_is_refused(string body, string field) =>
        (await (await app.AdminAsync()).PostAsync(Admins, body)).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed")["error"]!["details"]!.AsObject().ShouldContainKey(field);

    [Fact]
    public async Task A_role_is_changed_and_an_account_closed_and_opened_again_at_once()
    {
        var admin = await app.AdminAsync();
        var editor = await app.EditorAsync();
        var id = await NewestAsync();
        (await admin.PatchAsync($"{Admins}/{id}", new { role = "finance" })).ShouldBe(HttpStatusCode.OK);
        (await editor.GetAsync("/admin/api/v1/books")).ShouldBeError(HttpStatusCode.Unauthorized, "unauthenticated");
        (await app.LastAuditAsync()).ShouldContain("""updated admin_user""");

        var closed = (await admin.PatchAsync($"{Admins}/{id}", new { role = "editor", disabled = true })).ShouldBe(HttpStatusCode.OK);
        ((string?)closed["role"], closed["disabled_at"] is null).ShouldBe(("editor", false));
        (await editor.GetAsync("/admin/api/v1/books")).ShouldBeError(HttpStatusCode.Unauthorized, "unauthenticated");
        (await ListedAsync(admin, "disabled=true")).ShouldContain(id);
        (await ListedAsync(admin, "disabled=false")).ShouldNotContain(id);
        var entries = await app.SqlAsync("select count(*) from audit_entries");
        (await admin.PatchAsync($"{Admins}/{id}", new { disabled = true })).ShouldBe(HttpStatusCode.OK);
        (await app.SqlAsync("select count(*) from audit_entries")).ShouldBe(entries);
        (await admin.PatchAsync($"{Admins}/{id}", new { disabled = false })).ShouldBe(HttpStatusCode.OK)["disabled_at"].ShouldBeNull();
        (await editor.GetAsync("/admin/api/v1/books")).ShouldBe(HttpStatusCode.OK);
        (await ListedAsync(admin, "role=editor")).ShouldContain(id);
        (await ListedAsync(admin, "role=finance")).ShouldNotContain(id);
    }

    [Fact]
    public async Task Nobody_changes_their_own_role_nor_sets_up_their_own_account()
    {
        await app.AdminAsync();
        var admin = await app.AdminAsync();
        var id = await NewestAsync();
        (await admin.PatchAsync($"{Admins}/{id}", new { role = "editor" })).ShouldBeError(HttpStatusCode.Conflict, "own_role");
        (await admin.PatchAsync($"{Admins}/{id}", new { role = "admin" })).ShouldBe(HttpStatusCode.OK);
        (await admin.PostAsync($"{Admins}/{id}/setups")).ShouldBeError(HttpStatusCode.Conflict, "own_account");
        // One who leaves may close the own account, as long as somebody stays.
        (await admin.PatchAsync($"{Admins}/{id}", new { disabled = true })).ShouldBe(HttpStatusCode.OK);
        (await admin.GetAsync(Admins)).ShouldBeError(HttpStatusCode.Unauthorized, "unauthenticated");
    }

    [Fact]
    public async Task Someone_stays_who_can_sign_in_as_an_admin()
    {
        await app.SqlAsync("update admin_users set disabled_at = now() where role = 'admin'");
        var admin = await app.AdminAsync();
        var id = await NewestAsync();
        (await admin.PatchAsync($"{Admins}/{id}", new { disabled = true })).ShouldBeError(HttpStatusCode.Conflict, "last_admin");
        // One who was invited and has not come yet is nobody to rely on; nor is one whose account is closed.
        var invited = (await admin.PostAsync(Admins, new { email = Families.NewEmail(), role = "admin" })).ShouldBe(HttpStatusCode.Created);
        (await admin.PatchAsync($"{Admins}/{id}", new { disabled = true })).ShouldBeError(HttpStatusCode.Conflict, "last_admin");
        (await admin.PatchAsync($"{Admins}/{invited["admin"]!["id"]}", new { disabled = true })).ShouldBe(HttpStatusCode.OK);
        (await admin.GetAsync(Admins)).ShouldBe(HttpStatusCode.OK);
        (await app.SqlAsync($"select disabled_at is null from admin_users where id = {id}")).ShouldBe(true);
    }

    [Theory]
    [InlineData("disable", "disable")]
    [InlineData("demote", "demote")]
    [InlineData("disable", "demote")]
    [InlineData("setup", "disable")]
    [InlineData("setup", "setup")]
    public async Task Of_two_admins_who_take_each_others_place_away_at_the_same_moment_one_stays(string first, string second)
    {
        await app.SqlAsync("update admin_users set disabled_at = now() where role = 'admin'");
        var (a, aId) = (await app.AdminAsync(), await NewestAsync());
        var (b, bId) = (await app.AdminAsync(), await NewestAsync());
        await using var held = await HeldLock.TakeAsync(app, "select from admin_users where role = 'admin' and disabled_at is null for no key update");
        var both = Task.WhenAll(TakeAwayAsync(a, bId, first), TakeAwayAsync(b, aId, second));
        await app.WaitersAsync(2, both);
        await held.DisposeAsync();

        var answers = await both;
        answers.Count(x => (int)x.Status is 200 or 201).ShouldBe(1);
        answers.Single(x => (int)x.Status is not (200 or 201)).ShouldBeError(HttpStatusCode.Conflict, "last_admin");
        (await app.SqlAsync("select count(*) from admin_users where role = 'admin' and disabled_at is null and password_hash is not null")).ShouldBe(1L);
    }

    private static Task<Answer> TakeAwayAsync(ApiClient by, long id, string how) => how switch
    {
        "disable" => by.PatchAsync($"{Admins}/{id}", new { disabled = true }),
        "demote" => by.PatchAsync($"{Admins}/{id}", new { role = "editor" }),
        _ => by.PostAsync($"{Admins}/{id}/setups"),
    };

    private async Task<long> NewestAsync() => (long)(await app.SqlAsync("select max(id) from admin_users"))!;

    private static async Task<List<long>> ListedAsync(ApiClient admin, string query) =>
        [.. (await admin.GetAsync($"{Admins}?per_page=100&{query}")).ShouldBe(HttpStatusCode.OK)["data"]!.AsArray().Select(a => (long)a!["id"]!)];
}
