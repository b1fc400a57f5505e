using Microsoft.Playwright;

namespace Storytime.Browser.Tests.Testing;

/// <summary>A browser with the device page open, and nothing in it yet. Every script error or blocked request of the page fails the test at its end.</summary>
public sealed class Tablet : IAsyncDisposable
{
    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;
    private readonly List<string> _errors = [];

    private Tablet(IPlaywright playwright, IBrowser browser, IPage page)
    {
        _playwright = playwright;
        _browser = browser;
        Page = page;
    }

    public IPage Page { get; }

    public static async Task<Tablet> OpenAsync(RunningStorytime storytime, int width = 1280, int height = 800)
    {
        var playwright = await Playwright.CreateAsync();
        var browser = await Chromium.LaunchAsync(playwright);
        var context = await browser.NewContextAsync(new()
        {
            BaseURL = storytime.Device.ToString(),
            ViewportSize = new() { Width = width, Height = height },
            HasTouch = width < 600,
            Locale = "en-GB",
        });
        var page = await context.NewPageAsync();
        page.SetDefaultTimeout(15_000);
        var tablet = new Tablet(playwright, browser, page);
        page.PageError += (_, error) => tablet._errors.Add(error);
        page.Console += (_, message) =>
        {
            // A refused request is reported as an error too; whether it was right to be refused, the test knows.
            if (message.Type == "error" && !message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal))
                tablet._errors.Add(message.Text);
        };
        await page.GotoAsync("/");
        return tablet;
    }

    public ILocator Find(string testId) => Page.GetByTestId(testId);

    /// <summary>The one of several that shows the text.</summary>
    public ILocator Find(string testId, string text) => Page.GetByTestId(testId).Filter(new() { HasText = text });

    public async Task SignInAsync((string Email, string Password) parent)
    {
        await Find("email").FillAsync(parent.Email);
        await Find("password").FillAsync(parent.Password);
        await Find("submit").ClickAsync();
        await Find("add-child").WaitForAsync();
    }

    public async Task OpenChildAsync(string name)
    {
        await Find("child", name).ClickAsync();
        await Find("shelf").WaitForAsync();
        await Find("result").First.WaitForAsync();
    }

    public async Task HandOverAsync()
    {
        await Find("hand-over").ClickAsync();
        await Find("hand-over-confirm").ClickAsync();
        await Find("kid-shelf").WaitForAsync();
        // Its covers have replaced the placeholders.
        await Find("kid-book").First.WaitForAsync();
    }

    /// <summary>From nothing to child mode.</summary>
    public async Task GiveToAsync((string Email, string Password) parent, string child)
    {
        await SignInAsync(parent);
        await OpenChildAsync(child);
        await HandOverAsync();
    }

    public async Task PlayAsync(string title)
    {
        await Find("kid-book", title).GetByRole(AriaRole.Button).ClickAsync();
        // Not the position: a book that is taken up again begins in the middle.
        await Page.WaitForFunctionAsync(
            "() => { const video = document.querySelector('video'); return video?.videoWidth > 0 && video.played.length > 0 && video.played.end(0) - video.played.start(0) > 0.5 }");
    }

    /// <summary>A property of the film's element.</summary>
    public Task<T> VideoAsync<T>(string property) => Page.EvaluateAsync<T>($"() => document.querySelector('video').{property}");

    public async Task<string> KeptAsync(string key) => await Page.EvaluateAsync<string?>("key => localStorage.getItem(key)", key) ?? "";

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
        _errors.ShouldBeEmpty();
    }
}
