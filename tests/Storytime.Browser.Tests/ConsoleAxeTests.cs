using Storytime.Browser.Tests.Testing;

namespace Storytime.Browser.Tests;

/// <summary>Every page of the console, light and dark, on a desk and on a telephone: nothing that keeps people out, nothing beside the screen, one heading.</summary>
public sealed class ConsoleAxeTests(ConsoleBrowser console) : IClassFixture<ConsoleBrowser>
{
    public static TheoryData<string> Pages => ConsolePages.Names;

    public static TheoryData<string> PagesWithDialog => ConsolePages.NamesWithDialog;

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task A_page_shuts_nobody_out_and_fits_its_screen(string name)
    {
        var page = await ConsolePages.OfAsync(name, console.Storytime);
        await using var user = await console.OpenPageAsync(page.Role);
        await user.GoAsync(page.Path, page.Ready);
        List<string> faults = [];
        foreach (var (width, dark) in new[] { (1280, false), (1280, true), (390, true), (390, false) })
        {
            await user.ResizeAsync(width);
            if ((width, dark) is (1280, true) or (390, false))
                await user.SetDarkAsync(dark);
            await ConsolePictures.TakeAsync(user, page, width, dark);
            faults.AddRange(await FaultsAsync(user, width, dark));
        }
        faults.ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(PagesWithDialog))]
    public async Task A_dialog_shuts_nobody_out_and_gives_the_focus_back(string name)
    {
        var page = await ConsolePages.OfAsync(name, console.Storytime);
        await using var user = await console.OpenPageAsync(page.Role, 390, dark: true);
        await user.GoAsync(page.Path, page.Ready);
        var opener = user.Button(page.Dialog!);
        await opener.FocusAsync();
        await user.Page.Keyboard.PressAsync("Enter");
        await user.DialogButton("Cancel").WaitForAsync();
        await user.SettleAsync();
        var faults = await FaultsAsync(user, 390, dark: true);
        await user.Page.WaitForFunctionAsync("() => document.querySelector('[role=dialog]').contains(document.activeElement)");
        await user.Page.Keyboard.PressAsync("Escape");
        await user.Page.GetByRole(Microsoft.Playwright.AriaRole.Dialog).WaitForAsync(new() { State = Microsoft.Playwright.WaitForSelectorState.Detached });
        await user.Page.WaitForFunctionAsync("opener => document.activeElement === opener", await opener.ElementHandleAsync());
        faults.ShouldBeEmpty();
    }

    private static async Task<IReadOnlyList<string>> FaultsAsync(ConsoleUser user, int width, bool dark)
    {
        var where = $"{width} px, {(dark ? "dark" : "light")}: ";
        List<string> faults = [.. (await Axe.FindAsync(user)).Select(fault => where + fault)];
        if (await user.ContentWidthAsync() is var wide && wide > width)
            faults.Add($"{where}the page is {wide} px wide.");
        if (await user.Page.Locator("h1").CountAsync() is var headings && headings != 1)
            faults.Add($"{where}{headings} headings of the first level.");
        if (dark != await user.Page.EvaluateAsync<bool>("() => { const [r, g, b] = getComputedStyle(document.querySelector('h1')).color.match(/[0-9.]+/g).map(Number); return r + g + b > 384 }"))
            faults.Add($"{where}the colours are of the other kind.");
        return [.. faults, .. user.Errors.Select(error => where + error)];
    }
}
