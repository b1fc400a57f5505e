using System.Net;
using Storytime.Platform.Auth;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Admin;

public sealed class AdminSignInTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    [Fact]
    public async Task Finance_may_not_edit_the_catalog() =>
        (await (await app.StaffAsync(AdminRole.Finance)).PostAsync("/admin/api/v1/books", "{}")).ShouldBeError(HttpStatusCode.Forbidden, "forbidden");

    [Fact]
    public async Task A_closed_account_is_out_at_once_and_so_is_a_changed_role()
    {
        var editor = await app.EditorAsync();
        (await editor.GetAsync("/admin/api/v1/books")).ShouldBe(HttpStatusCode.OK);
        await app.SqlAsync("update admin_users set role = 'finance' where role = 'editor'");
        (await editor.GetAsync("/admin/api/v1/books")).ShouldBeError(HttpStatusCode.Unauthorized, "unauthenticated");

        var admin = await app.StaffAsync(AdminRole.Admin);
        await app.SqlAsync("update admin_users set disabled_at = now() where role = 'admin'");
        (await admin.GetAsync("/admin/api/v1/books")).ShouldBeError(HttpStatusCode.Unauthorized, "unauthenticated");
    }

    [Fact]
    public async Task Guesses_at_the_same_time_are_all_counted()
    {
        await app.EditorAsync();
        var email = (string)(await app.SqlAsync("select email from admin_users order by id desc limit 1"))!;
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => app.Client().PostAsync("/admin/api/v1/auth/login", new { email, password = "wrong wrong" })));
        (await app.SqlAsync($"select lockout_end is not null from admin_users where email = '{email}'")).ShouldBe(true);
    }

    [Fact]
    public async Task Ten_wrong_passwords_lock_the_account_and_the_answer_does_not_tell()
    {
        await app.EditorAsync();
        var email = (string)(await app.SqlAsync("select email from admin_users where role = 'editor' order by id desc limit 1"))!;
        for (var i = 0; i < 10; i++)
            await app.Client().PostAsync("/admin/api/v1/auth/login", new { email, password = "wrong wrong" });
        (await app.Client().PostAsync("/admin/api/v1/auth/login", new { email, password = Families.Password }))
            .ShouldBeError(HttpStatusCode.Unauthorized, "invalid_credentials");
    }
}
