using Microsoft.Playwright;

namespace Storytime.Browser.Tests.Testing;

/// <summary>The pictures of <c>docs/console.md</c>, taken anew with STORYTIME_DOCS_SCREENSHOTS=1 (<c>scripts/console-screenshots</c>).</summary>
internal static class ConsolePictures
{
    /// <summary>Of these in dark colours too.</summary>
    private static readonly HashSet<string> Dark = ["start", "books", "statement-draft"];

    public static bool AreWanted { get; } = Environment.GetEnvironmentVariable("STORYTIME_DOCS_SCREENSHOTS") == "1";

    /// <summary>As much of the page as a screen shows.</summary>
    public static async Task TakeAsync(ConsoleUser user, ConsolePage page, int width, bool dark)
    {
        if (!AreWanted || (dark && !Dark.Contains(page.Name)))
            return;
        // Charts have drawn and pictures have come.
        await user.Page.WaitForLoadStateAsync(LoadState.NetworkIdle);
        // The heading has the focus of who has just come.
        await user.Page.EvaluateAsync("() => document.activeElement?.blur()");
        var folder = Directory.CreateDirectory(Path.Combine(StorytimeRun.Root, "docs", "images", "console")).FullName;
        await user.Page.ScreenshotAsync(new()
        {
            Path = Path.Combine(folder, $"{page.Name}-{width}{(dark ? "-dark" : "")}.png"),
            Animations = ScreenshotAnimations.Disabled,
            Caret = ScreenshotCaret.Hide,
        });
    }
}
