using System.Text.RegularExpressions;
using Storytime.Browser.Tests.Testing;

namespace Storytime.Browser.Tests;

/// <summary>Who may not is stopped by the server: at the address of a page, behind a button, and from a page that was left open.</summary>
public sealed class ConsoleRoleTests(ConsoleBrowser console) : IClassFixture<ConsoleBrowser>
{
    private const string NotYours = "Not for your role";

    [Theory]
    [InlineData("editor", "/admin/statements")]
    [InlineData("editor", "/admin/contracts")]
    [InlineData("editor", "/admin/revenue")]
    [InlineData("editor", "/admin/reports")]
    [InlineData("editor", "/admin/support")]
    [InlineData("editor", "/admin/staff")]
    [InlineData("finance", "/admin/books")]
    [InlineData("finance", "/admin/uploads")]
    [InlineData("finance", "/admin/videos")]
    [InlineData("finance", "/admin/rights")]
    [InlineData("finance", "/admin/operations")]
    public async Task A_page_that_is_not_for_a_role_does_not_open_for_it(string role, string path)
    {
        await using var user = await console.OpenPageAsync(role);
        var answer = await user.Page.GotoAsync(path);
        answer!.Status.ShouldBe(403);
        (await user.Page.Locator("h1").TextContentAsync()).ShouldBe(NotYours);

        // Neither when a page that is open already is made to go there, without asking the server for a new one.
        await user.GoAsync("/admin/publishers", "tbody tr td");
        (await user.Page.Locator($"nav a[href='{path}']").CountAsync()).ShouldBe(0);
        await user.Page.EvaluateAsync("path => window.Blazor.navigateTo(path)", path);
        await user.Page.Locator("h1", new() { HasText = NotYours }).WaitForAsync();
    }

    [Theory]
    [InlineData("editor", "POST", "/contracts")]
    [InlineData("editor", "PUT", "/revenue_periods/2026-01")]
    [InlineData("editor", "POST", "/statement_runs")]
    [InlineData("editor", "POST", "/statements/1/issues")]
    [InlineData("editor", "POST", "/admins")]
    [InlineData("editor", "POST", "/users/1/reveals")]
    [InlineData("finance", "POST", "/books")]
    [InlineData("finance", "PATCH", "/books/1")]
    [InlineData("finance", "POST", "/publishers")]
    [InlineData("finance", "POST", "/video_assets/1/retries")]
    [InlineData("finance", "DELETE", "/rights_windows/1")]
    public async Task A_script_in_the_browser_gets_no_further_than_its_role(string role, string method, string path)
    {
        await using var user = await console.OpenPageAsync(role);
        await user.GoAsync("/admin/publishers", "tbody tr td");
        var (status, code) = await user.CallAsync(method, path, method == "DELETE" ? null : new { });
        (status, code).ShouldBe((403, "forbidden"));
    }

    [Fact]
    public async Task A_write_without_the_pages_token_changes_nothing()
    {
        await using var user = await console.OpenPageAsync("editor");
        await user.GoAsync("/admin/publishers", "tbody tr td");
        var name = $"Forged {Guid.NewGuid():N}";
        (await user.CallAsync("POST", "/publishers", new { name }, withToken: false)).Status.ShouldBe(403);
        (await CountAsync(name)).ShouldBe(0);
        (await user.CallAsync("POST", "/publishers", new { name })).Status.ShouldBe(201);
        (await CountAsync(name)).ShouldBe(1);
    }

    [Fact]
    public async Task A_page_left_open_can_do_nothing_more_once_the_role_is_another()
    {
        var (staff, id) = await StaffApi.AddStaffAsync(console.Storytime, "editor");
        await using var user = await console.SignInAsync(staff.Email, staff.Password);
        var name = await FillInAPublisherAsync(user);
        using (var admin = await StaffApi.SignInAsync(console.Storytime, console.Storytime.Staff["admin"]))
            await admin.PatchAsync($"admins/{id}", new { role = "finance" });
        await SaveInVainAsync(user, name);
    }

    [Fact]
    public async Task A_page_left_open_can_do_nothing_more_once_its_session_was_ended()
    {
        var (staff, id) = await StaffApi.AddStaffAsync(console.Storytime, "editor");
        await using var user = await console.SignInAsync(staff.Email, staff.Password);
        var name = await FillInAPublisherAsync(user);
        using (var admin = await StaffApi.SignInAsync(console.Storytime, console.Storytime.Staff["admin"]))
            await admin.DeleteAsync($"admins/{id}/sessions");
        await SaveInVainAsync(user, name);
        (await user.Page.GotoAsync("/admin/publishers"))!.Url.ShouldContain("/admin/sign-in");
    }

    private static async Task<string> FillInAPublisherAsync(ConsoleUser user)
    {
        var name = $"Too late {Guid.NewGuid():N}";
        await user.GoAsync("/admin/publishers", "tbody tr td");
        await user.Button("Add a publisher").ClickAsync();
        await user.FillInDialogAsync("Name", name);
        return name;
    }

    private async Task SaveInVainAsync(ConsoleUser user, string name)
    {
        await user.DialogButton("Save").ClickAsync();
        await user.Dialog.GetByText(new Regex("You were signed out|Your role may not do this")).WaitForAsync();
        (await CountAsync(name)).ShouldBe(0);
    }

    private async Task<int> CountAsync(string publisher)
    {
        using var editor = await StaffApi.SignInAsync(console.Storytime, console.Storytime.Staff["editor"]);
        return (await editor.ListAsync($"publishers?q={Uri.EscapeDataString(publisher)}")).Count;
    }
}
