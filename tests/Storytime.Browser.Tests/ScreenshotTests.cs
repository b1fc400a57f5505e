using Microsoft.Playwright;
using Storytime.Browser.Tests.Testing;

namespace Storytime.Browser.Tests;

/// <summary>
/// A picture of each screen of the device page into <c>TestResults/screens</c>, for people to look at; and what a machine can see of a layout. With
/// STORYTIME_DOCS_SCREENSHOTS=1 the README's picture is taken anew.
/// </summary>
public sealed class ScreenshotTests(RunningStorytime storytime)
{
    internal static readonly string Folder = Directory.CreateDirectory(Path.Combine(StorytimeRun.Root, "TestResults", "screens")).FullName;

    [Theory]
    [InlineData(1280, 800)]
    [InlineData(390, 844)]
    public async Task Each_screen_fits_its_width_and_has_targets_large_enough_to_touch(int width, int height)
    {
        await using var tablet = await Tablet.OpenAsync(storytime, width, height);
        await tablet.Find("email").WaitForAsync();
        await TakeAsync("sign-in");
        await tablet.Find("switch").ClickAsync();
        await TakeAsync("register");
        await tablet.Page.ReloadAsync();

        await tablet.SignInAsync(storytime.Parent);
        await TakeAsync("children");
        await tablet.OpenChildAsync("Nora");
        await TakeAsync("child");
        await tablet.Find("hand-over").ClickAsync();
        await TakeAsync("hand-over");
        await tablet.Find("hand-over-confirm").ClickAsync();

        await tablet.Find("kid-book").First.WaitForAsync();
        await TakeAsync("shelf");
        if (width == 1280 && Environment.GetEnvironmentVariable("STORYTIME_DOCS_SCREENSHOTS") == "1")
            await tablet.Page.ScreenshotAsync(new() { Path = Path.Combine(StorytimeRun.Root, "docs", "images", "device.png") });
        await tablet.Find("kid-book", "Little Boat").GetByRole(AriaRole.Button).ClickAsync();
        await tablet.Find("kid-message").WaitForAsync();
        await TakeAsync("refusal");
        await tablet.Page.Keyboard.PressAsync("Escape");

        await tablet.PlayAsync("Five Sleepy Sheep");
        // The browser begins with the smallest rendition, and has changed to a better one by the second segment.
        await tablet.Page.WaitForFunctionAsync("() => document.querySelector('video').videoWidth > 640");
        await TakeAsync("playing");
        await tablet.Find("play-pause").ClickAsync();
        await TakeAsync("paused");
        await tablet.Find("back").ClickAsync();
        await tablet.Find("grown-ups").ClickAsync();
        await tablet.Find("gate-password").WaitForAsync();
        await TakeAsync("grown-ups");

        async Task TakeAsync(string screen)
        {
            await tablet.Page.ScreenshotAsync(new() { Path = Path.Combine(Folder, $"{screen}-{width}.png"), Animations = ScreenshotAnimations.Disabled });
            (await tablet.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth")).ShouldBeLessThanOrEqualTo(width, $"{screen} is wider than the screen");
            var tooSmall = await tablet.Page.EvaluateAsync<string[]>(
                """
                () => [...document.querySelectorAll('button, a, input:not([type=hidden]), select')]
                  .filter(e => e.checkVisibility() && Math.min(e.getBoundingClientRect().width, e.getBoundingClientRect().height) < 44)
                  .map(e => `${e.tagName} ${e.textContent || e.name} ${e.getBoundingClientRect().width}x${e.getBoundingClientRect().height}`)
                """);
            tooSmall.ShouldBeEmpty($"{screen} has targets under 44 px");
            var unnamed = await tablet.Page.EvaluateAsync<string[]>(
                """
                () => [...document.querySelectorAll('button, a, input:not([type=hidden]), select')]
                  .filter(e => e.checkVisibility() && !(e.textContent.trim() || e.getAttribute('aria-label') || e.labels?.length))
                  .map(e => e.outerHTML)
                """);
            unnamed.ShouldBeEmpty($"{screen} has controls without a name");
        }
    }
}
