using Storytime.Browser.Tests.Testing;

namespace Storytime.Browser.Tests;

/// <summary>Every page of the console, light and dark, on a desk and on a telephone: nothing that keeps people out, nothing beside the screen, one heading.</summary>
public sealed class ConsoleAxeTests(ConsoleBrowser console) : IClassFixture<ConsoleBrowser>
{
    public static TheoryData<string> Pages => ConsolePages.Names;

    public static TheoryData<string> PagesWithDialog => [.. ConsolePages.All.Where(p => p.Dialog is not null).Select(p => p.Name)];

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task A_page_shuts_nobody_out_and_fits_its_screen(string name)
    {
        var page = await ConsolePages.OfAsync(name, console.Storytime);
        var faults = await Task.WhenAll(
            LookAsync(page, 1280, dark: false), LookAsync(page, 390, dark: false), LookAsync(page, 1280, dark: true), LookAsync(page, 390, dark: true));
        faults.SelectMany(f => f).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(PagesWithDialog))]
    public async Task A_dialog_shuts_nobody_out_and_gives_the_focus_back(string name)
    {
        var page = await ConsolePages.OfAsync(name, console.Storytime);
        var faults = await Task.WhenAll(OpenAsync(page, 1280, dark: false), OpenAsync(page, 390, dark: true));
        faults.SelectMany(f => f).ShouldBeEmpty();
    }

    private async Task<IReadOnlyList<string>> LookAsync(ConsolePage page, int width, bool dark)
    {
        await using var user = await console.OpenAsync(page.Role, width, dark);
        await user.GoAsync(page.Path, page.Ready);
        await ConsolePictures.TakeAsync(user, page, width, dark);
        return await FaultsAsync(user, width, dark);
    }

    private async Task<IReadOnlyList<string>> OpenAsync(ConsolePage page, int width, bool dark)
    {
        await using var user = await console.OpenAsync(page.Role, width, dark);
        await user.GoAsync(page.Path, page.Ready);
        var opener = user.Button(page.Dialog!);
        await opener.FocusAsync();
        await user.Page.Keyboard.PressAsync("Enter");
        await user.DialogButton("Cancel").WaitForAsync();
        await user.SettleAsync();
        var faults = await FaultsAsync(user, width, dark);
        await user.Page.WaitForFunctionAsync("() => document.querySelector('[role=dialog]').contains(document.activeElement)");
        await user.Page.Keyboard.PressAsync("Escape");
        await user.Page.GetByRole(Microsoft.Playwright.AriaRole.Dialog).WaitForAsync(new() { State = Microsoft.Playwright.WaitForSelectorState.Detached });
        await user.Page.WaitForFunctionAsync("opener => document.activeElement === opener", await opener.ElementHandleAsync());
        return faults;
    }

    private static async Task<IReadOnlyList<string>> FaultsAsync(ConsoleUser user, int width, bool dark)
    {
        var where = $"{width} px, {(dark ? "dark" : "light")}: ";
        List<string> faults = [.. (await Axe.FindAsync(user)).Select(fault => where + fault)];
        if (await user.ContentWidthAsync() is var wide && wide > width)
            faults.Add($"{where}the page is {wide} px wide.");
        if (await user.Page.Locator("h1").CountAsync() is var headings && headings != 1)
            faults.Add($"{where}{headings} headings of the first level.");
        if (dark != await user.Page.EvaluateAsync<bool>("() => { const [r, g, b] = getComputedStyle(document.body).backgroundColor.match(/[0-9]+/g).map(Number); return r + g + b < 384 }"))
            faults.Add($"{where}the colours are of the other kind.");
        return [.. faults, .. user.Errors.Select(error => where + error)];
    }
}
