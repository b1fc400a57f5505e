using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Storytime.Browser.Tests.Testing;

namespace Storytime.Browser.Tests;

/// <summary>What staff come to the console for, from the first click to the last.</summary>
public sealed class ConsoleFlowTests(ConsoleBrowser console) : IClassFixture<ConsoleBrowser>
{
    private RunningStorytime Storytime => console.Storytime;

    [Fact]
    public async Task A_contract_and_a_month_become_an_issued_statement_and_its_PDF()
    {
        var publisher = $"Otter & Oak {Guid.NewGuid():N}"[..24];
        using (var editor = await StaffApi.SignInAsync(Storytime, Storytime.Staff["editor"]))
            await editor.PostAsync("publishers", new { name = publisher });
        var lastMonth = DateOnly.FromDateTime(DateTime.UtcNow) is var today ? new DateOnly(today.Year, today.Month, 1).AddMonths(-1) : default;
        var (staff, _) = await StaffApi.AddStaffAsync(Storytime, "finance");
        await using var user = await console.SignInAsync(staff.Email, staff.Password);

        // Long after the sign-in, the password is asked for once more.
        await Database.AgeSignInAsync(Storytime, staff.Email);
        await user.GoAsync("/admin/contracts", "tbody tr td");
        await user.Button("Add a contract").ClickAsync();
        await user.PickInDialogAsync("Publisher", publisher);
        await user.FillInDialogAsync("Name", "A year of otters");
        await user.FillInDialogAsync("First day (UTC)", Day(lastMonth));
        await user.FillInDialogAsync("Last day (UTC)", Day(lastMonth.AddYears(1).AddDays(-1)));
        await user.FillInDialogAsync("Share of the revenue", "12.5");
        await user.ChooseAsync("Minimum guarantee", "every month");
        await user.FillInDialogAsync("Guaranteed", "321.00");
        await user.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Checkbox).CheckAsync();
        await user.DialogButton("Save").ClickAsync();
        await user.ConfirmIdentityAsync(staff.Password);
        await user.Page.Locator("h1", new() { HasText = "A year of otters" }).WaitForAsync();
        await user.Page.Locator("dl.facts", new() { HasText = "active" }).WaitForAsync();

        var month = lastMonth.ToString("yyyy-MM", CultureInfo.InvariantCulture);
        await user.GoAsync("/admin/revenue", "tbody tr td");
        await user.Button("Enter a month").ClickAsync();
        await user.FillInDialogAsync("Month", month);
        await user.FillInDialogAsync("Currency", "USD");
        await user.FillInDialogAsync("Amount", "468,900.00");
        await user.DialogButton("Save").ClickAsync();
        await user.Page.GetByRole(AriaRole.Dialog).WaitForAsync(new() { State = WaitForSelectorState.Detached });
        await user.Row(month).First.WaitForAsync();

        await user.GoAsync($"/admin/statements?month={month}");
        await user.Button($"Make drafts of {month}").ClickAsync();
        await user.Page.GetByRole(AriaRole.Status).GetByText("new drafts").WaitForAsync();
        await user.GoAsync($"/admin/statements?month={month}&q={Uri.EscapeDataString(publisher)}", "tbody tr td a");
        await user.Row(publisher).GetByRole(AriaRole.Link).ClickAsync();
        await user.SettleAsync("iframe.pdf");
        await user.Page.Locator("dl.facts", new() { HasText = "321.00" }).First.WaitForAsync();

        await Database.AgeSignInAsync(Storytime, staff.Email);
        await user.Button("Issue").ClickAsync();
        await user.DialogButton("Issue for good").ClickAsync();
        await user.ConfirmIdentityAsync(staff.Password);
        await user.Text($"The statement of {publisher} for {month} is issued.").WaitForAsync();
        await user.Page.Locator("dl.facts", new() { HasText = "by member of staff" }).WaitForAsync();
        (await user.Button("Issue").CountAsync()).ShouldBe(0);
        (await user.Page.Locator("iframe.pdf").GetAttributeAsync("src"))!.ShouldContain(".pdf?inline=true");

        var download = await user.Page.RunAndWaitForDownloadAsync(() => user.Page.GetByRole(AriaRole.Link, new() { Name = "PDF", Exact = true }).ClickAsync());
        var pdf = await File.ReadAllBytesAsync((await download.PathAsync())!);
        Encoding.ASCII.GetString(pdf, 0, 5).ShouldBe("%PDF-");
        pdf.Length.ShouldBeGreaterThan(5000);
        download.SuggestedFilename.ShouldEndWith(".pdf");
    }

    [Fact]
    public async Task A_failed_video_says_why_and_is_tried_again_until_it_is_ready()
    {
        var title = $"The Film That Broke {Guid.NewGuid():N}"[..30];
        using var films = new Films(Storytime);
        var asset = await films.UploadBrokenAsync(title);
        await using var user = await console.OpenAsync("editor");
        await user.GoAsync($"/admin/videos/{asset}", "dl.facts");
        await user.Text("failed").First.WaitForAsync();
        var why = await user.Page.Locator(".note").AllTextContentsAsync();
        // What happened, and what to do about it.
        why.Count(sentence => Regex.IsMatch(sentence, @"\w+ \w+ .*\.\s*$")).ShouldBeGreaterThan(1, string.Join('\n', why));

        await films.MendAsync(asset);
        await user.Button($"Try again: version 1 of {title}").ClickAsync();
        await user.DialogButton("Try again").ClickAsync();
        // The page follows by itself.
        await user.Button("Watch it").WaitForAsync(new() { Timeout = 120_000 });
        await user.Page.GetByText("Try 1", new() { Exact = false }).First.WaitForAsync();
        await user.Page.Locator("h2", new() { HasText = "Earlier tries" }).WaitForAsync();
        await user.Button("Watch it").ClickAsync();
        await user.Page.WaitForFunctionAsync("() => document.querySelector('video')?.videoWidth > 0");
    }

    [Fact]
    public async Task A_refusal_is_explained_and_a_name_is_shown_for_a_reason_that_is_kept()
    {
        using var parent = await StaffApi.SignInParentAsync(Storytime);
        var child = (await parent.GetAsync("children")).GetProperty("data").EnumerateArray().Single(c => c.Text("name") == "Nora").Id();
        using var editor = await StaffApi.SignInAsync(Storytime, Storytime.Staff["editor"]);
        var book = (await editor.ListAsync("books?q=Little%20Boat"))[0].Id();
        (await parent.TryAsync(HttpMethod.Post, $"children/{child}/playback_sessions", new { book_id = book })).ShouldBe(403);

        var (staff, _) = await StaffApi.AddStaffAsync(Storytime, "admin");
        await using var user = await console.SignInAsync(staff.Email, staff.Password);
        await user.GoAsync("/admin/support");
        await user.FillAsync("E-mail address", Storytime.Parent.Email[..6]);
        await user.Row(Storytime.Parent.Email).GetByRole(AriaRole.Link).ClickAsync();
        await user.SettleAsync("dl.facts");
        (await user.Page.Locator("main").TextContentAsync())!.ShouldNotContain("Nora");
        await user.Page.GetByRole(AriaRole.Link, new() { Name = $"Explain a refusal of child {child}" }).ClickAsync();
        await user.Page.Locator("h1", new() { HasText = "Explain a refusal" }).WaitForAsync();
        await user.FillAsync("Book, by its number", $"{book}");
        await user.Button("Explain").ClickAsync();
        await user.Page.Locator("#verdict").WaitForAsync();
        (await user.Page.Locator("section:has(#verdict)").TextContentAsync())!.ShouldContain("may not play “Little Boat, Big Sea”");
        await user.Row("Do we have the rights in the family's country?").GetByText("no", new() { Exact = true }).WaitForAsync();
        // What the app was told, a moment ago.
        await user.Page.Locator("section:has(#told)").GetByText("refused").First.WaitForAsync();

        await user.Page.GotoAsync($"/admin/support?q={Uri.EscapeDataString(Storytime.Parent.Email)}");
        await user.Row(Storytime.Parent.Email).GetByRole(AriaRole.Link).ClickAsync();
        await Database.AgeSignInAsync(Storytime, staff.Email);
        await user.Button($"Reveal names of child {child}").ClickAsync();
        var reason = $"Question {Guid.NewGuid():N}";
        await user.FillInDialogAsync("Reason", reason);
        await user.DialogButton("Show the names").ClickAsync();
        await user.ConfirmIdentityAsync(staff.Password);
        await user.Page.Locator("#names dd", new() { HasText = "Nora" }).WaitForAsync();
        await user.DialogButton("Close").Last.ClickAsync();
        (await user.Page.Locator("main").TextContentAsync())!.ShouldNotContain("Nora");

        await user.GoAsync($"/admin/audit?action=revealed&subject_id={child}", "tbody tr td");
        var entry = user.Row(staff.Email);
        await entry.Locator("summary").ClickAsync();
        await entry.GetByText(reason).WaitForAsync();
        (await entry.TextContentAsync())!.ShouldNotContain("Nora");
    }

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
