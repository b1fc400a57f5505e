using System.Globalization;
using Microsoft.Playwright;
using Storytime.Browser.Tests.Testing;

namespace Storytime.Browser.Tests;

/// <summary>What staff end, take back or undo.</summary>
public sealed class ConsoleSecondThoughtsTests(ConsoleBrowser console) : IClassFixture<ConsoleBrowser>
{
    private RunningStorytime Storytime => console.Storytime;

    [Fact]
    public async Task An_earlier_version_plays_again()
    {
        var title = $"The Film Made Twice {Guid.NewGuid():N}"[..30];
        using var films = new Films(Storytime);
        var book = await films.AddBookAsync(title);
        var first = await films.UploadAsync(book, await films.DrawAsync());
        await films.BecomesAsync(first, "ready");
        await films.BecomesAsync(await films.UploadAsync(book, await films.DrawAsync(seconds: 4)), "ready");

        await using var user = await console.OpenAsync("editor");
        await user.GoAsync($"/admin/books/{book}");
        await user.Button($"Let it play: version 1 of {title}").ClickAsync();
        await user.DialogButton("Let it play").ClickAsync();
        await user.Text($"version 1 of {title} plays now.").WaitForAsync();
        // Now it is the other one that could.
        await user.Button($"Let it play: version 2 of {title}").WaitForAsync();
        using var editor = await StaffApi.SignInAsync(Storytime, Storytime.Staff["editor"]);
        (await editor.GetAsync($"books/{book}")).GetProperty("playing_asset_id").GetInt64().ShouldBe(first);
    }

    [Fact]
    public async Task A_video_that_is_being_made_is_canceled()
    {
        var title = $"The Film Too Many {Guid.NewGuid():N}"[..30];
        using var films = new Films(Storytime);
        // Long enough to be under way still when somebody thinks better of it.
        var asset = await films.UploadAsync(await films.AddBookAsync(title), await films.DrawAsync(seconds: 240));
        await using var user = await console.OpenAsync("editor");
        await user.GoAsync($"/admin/videos/{asset}", "dl.facts");
        await user.Button($"Cancel version 1 of {title}").ClickAsync();
        await user.DialogButton("Cancel the video").ClickAsync();
        await user.Text($"version 1 of {title} is canceled.").WaitForAsync();
        await user.Button($"Try again: version 1 of {title}").WaitForAsync();
        await films.BecomesAsync(asset, "failed");
    }

    [Fact]
    public async Task A_contract_is_terminated_and_a_revenue_is_taken_back_by_keyboard_and_password()
    {
        var today = DateOnly.FromDateTime(DateTime.UtcNow);
        long publisher, contract;
        using (var editor = await StaffApi.SignInAsync(Storytime, Storytime.Staff["editor"]))
            publisher = (await editor.PostAsync("publishers", new { name = $"Heron {Guid.NewGuid():N}"[..24] })).Id();
        using (var finance = await StaffApi.SignInAsync(Storytime, Storytime.Staff["finance"]))
        {
            contract = (await finance.PostAsync("contracts", new
            {
                publisher_id = publisher,
                contract_name = "Ten years of herons",
                start_date = today.AddYears(-1),
                end_date = today.AddYears(9),
                payment_model = "flat_fee",
                flat_fee_cents = 10_00,
                currency = "CHF",
                status = "active",
            })).Id();
            await finance.PutAsync("revenue_periods/2019-03", new { amount_cents = 12_345, currency = "CHF" });
        }
        var (staff, _) = await StaffApi.AddStaffAsync(Storytime, "finance");
        await using var user = await console.SignInAsync(staff.Email, staff.Password);

        await user.GoAsync($"/admin/contracts/{contract}", "dl.facts");
        await Database.AgeSignInAsync(Storytime, staff.Email);
        await PressAsync(user.Button("Terminate"));
        await user.DialogButton("Terminate").WaitForAsync();
        await PressAsync(user.DialogButton("Terminate"));
        await TypePasswordAsync(user, staff.Password);
        await user.Page.Locator("dl.facts", new() { HasText = $"terminated, its last day is {today.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}" }).WaitForAsync();

        await user.GoAsync("/admin/revenue", "tbody tr td");
        await Database.AgeSignInAsync(Storytime, staff.Email);
        await PressAsync(user.Button("Delete 2019-03 in CHF"));
        await user.DialogButton("Delete").WaitForAsync();
        await PressAsync(user.DialogButton("Delete"));
        await TypePasswordAsync(user, staff.Password);
        await user.Button("Delete 2019-03 in CHF").WaitForAsync(new() { State = WaitForSelectorState.Detached });
    }

    /// <summary>A dialog that opens puts the focus into itself, a little later than it is seen; so this goes to the button until it is there.</summary>
    private static async Task PressAsync(ILocator button)
    {
        if (await button.EvaluateAsync<bool>("b => b.closest('[role=dialog]') !== null"))
            await button.Page.WaitForFunctionAsync("() => document.querySelector('[role=dialog]').contains(document.activeElement)");
        await button.FocusAsync();
        await button.Page.WaitForFunctionAsync("b => document.activeElement === b || (b.focus(), false)", await button.ElementHandleAsync());
        await button.Page.Keyboard.PressAsync("Enter");
    }

    /// <summary>The question has the focus in its field, and Enter answers it.</summary>
    private static async Task TypePasswordAsync(ConsoleUser user, string password)
    {
        var question = user.Page.GetByRole(AriaRole.Dialog).Filter(new() { HasText = "Is it you?" });
        await question.WaitForAsync();
        await user.Page.WaitForFunctionAsync("() => document.activeElement?.type === 'password'");
        await user.Page.Keyboard.TypeAsync(password);
        await user.Page.Keyboard.PressAsync("Enter");
        await question.WaitForAsync(new() { State = WaitForSelectorState.Hidden });
    }
}
