using System.Globalization;
using System.Text.Json;

namespace Storytime.Browser.Tests.Testing;

/// <summary>A page of the console, for the role that works with it.</summary>
/// <param name="Name">Of its picture, too.</param>
/// <param name="Path">Names in braces stand for ids of the demo: <see cref="ConsolePages.OfAsync"/>.</param>
/// <param name="Role">Null for a page before the sign-in.</param>
/// <param name="Ready">A selector of what is there only when the page has shown what it asked for; null when that comes with the heading.</param>
/// <param name="Dialog">The button that opens its most used dialog.</param>
internal sealed record ConsolePage(string Name, string Path, string? Role, string? Ready = null, string? Dialog = null);

/// <summary>Every page of the console.</summary>
internal static class ConsolePages
{
    private const string Rows = "tbody tr td";
    private const string Facts = "dl.facts";

    public static IReadOnlyList<ConsolePage> All { get; } =
    [
        new("sign-in", "/admin/sign-in", null),
        new("set-up", "/admin/set-up", null),
        new("account", "/admin/account", "editor"),
        new("authenticator", "/admin/account/authenticator", "editor"),
        new("sign-out", "/admin/sign-out", "editor"),
        new("not-found", "/admin/there-is-no-such-page", "editor"),
        new("not-for-your-role", "/admin/statements", "editor"),
        new("start", "/admin", "admin", "#needs"),
        new("start-editor", "/admin", "editor", "#needs"),
        new("start-finance", "/admin", "finance", "#needs"),
        new("books", "/admin/books", "editor", Rows, "Add a book"),
        new("book", "/admin/books/{book}", "editor", "tbody tr td", "Add a window"),
        new("rights", "/admin/rights", "editor", "details table", "Add a window"),
        new("uploads", "/admin/uploads", "editor"),
        new("videos", "/admin/videos", "editor", Rows),
        new("video", "/admin/videos/{video}", "editor", Facts),
        new("video-failed", "/admin/videos/{failed}", "editor", Facts),
        new("publishers", "/admin/publishers", "editor", Rows, "Add a publisher"),
        new("contracts", "/admin/contracts", "finance", Rows, "Add a contract"),
        new("contract", "/admin/contracts/{contract}", "finance", Facts, "Change"),
        new("reports", "/admin/reports", "finance", Rows),
        new("reports-finishing", "/admin/reports/finishing", "finance", Rows),
        new("revenue", "/admin/revenue", "finance", Rows, "Enter a month"),
        new("statements", "/admin/statements?month={draft_month}", "finance", Rows),
        new("statement-draft", "/admin/statements/{draft}", "finance", "iframe.pdf", "Issue"),
        new("statement-issued", "/admin/statements/{issued}", "finance", "iframe.pdf"),
        new("support", "/admin/support", "admin", Rows),
        new("support-account", "/admin/support/{user}", "admin", Facts, "Reveal names of child {child}"),
        new("support-refusal", "/admin/support/refusals?child_id={child}&book_id={ended}", "admin", "#verdict"),
        new("support-attempts", "/admin/support/attempts", "admin", Rows),
        new("audit", "/admin/audit", "admin", Rows),
        new("staff", "/admin/staff", "admin", Rows, "Add somebody"),
        new("staff-account", "/admin/staff/{admin}", "admin", Facts, "Change role"),
        new("operations", "/admin/operations", "admin", "table"),
    ];

    public static TheoryData<string> Names => [.. All.Select(p => p.Name)];

    public static TheoryData<string> NamesWithDialog => [.. All.Where(p => p.Dialog is not null).Select(p => p.Name)];

    public static async Task<ConsolePage> OfAsync(string name, RunningStorytime storytime)
    {
        var page = All.Single(p => p.Name == name);
        var ids = await (_ids ??= FindAsync(storytime));
        return page with { Path = Fill(page.Path), Dialog = page.Dialog is null ? null : Fill(page.Dialog) };

        string Fill(string text) => ids.Aggregate(text, (t, id) => t.Replace($"{{{id.Key}}}", id.Value, StringComparison.Ordinal));
    }

    private static Task<Dictionary<string, string>>? _ids;

    private static async Task<Dictionary<string, string>> FindAsync(RunningStorytime storytime)
    {
        using var editor = await StaffApi.SignInAsync(storytime, storytime.Staff["editor"]);
        using var finance = await StaffApi.SignInAsync(storytime, storytime.Staff["finance"]);
        using var parent = await StaffApi.SignInParentAsync(storytime);
        using var admin = await StaffApi.SignInAsync(storytime, storytime.Staff["admin"]);
        var book = (await editor.ListAsync("books?q=Five%20Sleepy%20Sheep"))[0];
        var ended = (await editor.ListAsync("books?q=Little%20Boat"))[0];
        var nora = (await parent.GetAsync("children")).GetProperty("data").EnumerateArray().Single(c => c.Text("name") == "Nora");
        var statements = await finance.ListAsync("statements");
        var user = (await admin.ListAsync($"users?q={Uri.EscapeDataString(storytime.Parent.Email)}"))[0];
        return new Dictionary<string, string>
        {
            ["book"] = Id(book),
            ["video"] = Id((await editor.ListAsync($"books/{book.Id()}/video_assets"))[0]),
            ["failed"] = Id((await editor.ListAsync("video_assets?status=failed"))[0]),
            ["contract"] = Id((await finance.ListAsync("contracts?status=active"))[0]),
            ["publisher"] = book.GetProperty("publisher_id").GetInt64().ToString(CultureInfo.InvariantCulture),
            ["issued"] = Id(statements.First(s => s.Text("status") == "issued")),
            ["draft"] = Id(statements.First(s => s.Text("status") == "draft")),
            ["draft_month"] = statements.First(s => s.Text("status") == "draft").Text("month"),
            ["ended"] = Id(ended),
            ["child"] = Id(nora),
            ["user"] = Id(user),
            ["admin"] = Id((await admin.ListAsync("admins")).First(a => a.Text("email") == storytime.Staff["editor"].Email)),
        };
    }

    private static string Id(JsonElement resource) => resource.Id().ToString(CultureInfo.InvariantCulture);
}
