using System.Text.Json;
using Microsoft.Playwright;

namespace Storytime.Browser.Tests.Testing;

/// <summary>A member of staff at the console. Every error of a script and every breach of the content security policy fails the test at its end.</summary>
internal sealed class ConsoleUser : IAsyncDisposable
{
    private const string Settled =
        """
        () => document.querySelector('h1')
          && !document.querySelector('.mud-table-loading, .mud-progress-circular.mud-progress-indeterminate, .mud-progress-linear.horizontal.mud-progress-indeterminate, .mud-skeleton, [aria-busy=true]')
        """;

    private const string OpenList = ".mud-popover-open .mud-list-item";

    private readonly IBrowserContext _context;
    private readonly bool _ownsContext;
    private readonly List<string> _errors = [];

    private ConsoleUser(IBrowserContext context, bool ownsContext, IPage page, Uri app) => (_context, _ownsContext, Page, App) = (context, ownsContext, page, app);

    public IPage Page { get; }

    public Uri App { get; }

    /// <summary>What went wrong in the page so far.</summary>
    public IReadOnlyList<string> Errors => _errors;

    /// <param name="ownsContext">Whether the context goes with the page.</param>
    public static async Task<ConsoleUser> OpenAsync(IBrowserContext context, bool ownsContext, RunningStorytime storytime, int width, bool dark)
    {
        var page = await context.NewPageAsync();
        await page.SetViewportSizeAsync(width, HeightOf(width));
        await page.EmulateMediaAsync(new() { ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light });
        var user = new ConsoleUser(context, ownsContext, page, storytime.App);
        page.PageError += (_, error) => user._errors.Add(error);
        page.Dialog += async (_, dialog) =>
        {
            // The console never opens one of the browser's own.
            user._errors.Add($"{dialog.Type}: {dialog.Message}");
            await dialog.DismissAsync();
        };
        page.Request += (_, request) =>
        {
            if (request.Url.StartsWith("http", StringComparison.Ordinal) && !new Uri(request.Url).IsLoopback)
                user._errors.Add($"A request to {request.Url}");
        };
        page.Console += (_, message) =>
        {
            // A refused request is reported as an error too; whether it was right to be refused, the test knows.
            if (message.Type == "error" && !message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal))
                user._errors.Add(message.Text);
        };
        return user;
    }

    /// <param name="code">Of the authenticator app, for an account that has one.</param>
    public async Task SignInAsync(string email, string password, string? code = null)
    {
        if (!Page.Url.Contains("/admin/sign-in", StringComparison.Ordinal))
            await Page.GotoAsync("/admin/sign-in");
        await Page.Locator("#email").FillAsync(email);
        await Page.Locator("#password").FillAsync(password);
        await Submit.ClickAsync();
        if (code is not null)
        {
            await Page.Locator("#code").FillAsync(code);
            await Submit.ClickAsync();
        }
        await Page.WaitForURLAsync(url => !new Uri(url).AbsolutePath.StartsWith("/admin/sign-in", StringComparison.Ordinal));
        // Whoever leaves the page while it connects gets an error of its script.
        await SettleAsync();
    }

    /// <summary>The button of the form on a page without a circuit.</summary>
    public ILocator Submit => Page.Locator("form button[type=submit]").First;

    /// <summary>Opens a page and waits until it has shown what it asked the server for.</summary>
    /// <param name="ready">What is there only then.</param>
    public async Task GoAsync(string path, string? ready = null)
    {
        await Page.GotoAsync(path);
        await SettleAsync(ready);
    }

    public async Task SettleAsync(string? ready = null)
    {
        await Page.Locator("h1").First.WaitForAsync();
        if (ready is not null)
            await Page.Locator(ready).First.WaitForAsync(new() { State = WaitForSelectorState.Attached });
        await Page.WaitForFunctionAsync(Settled);
    }

    public ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    /// <summary>A button of the dialog that is open.</summary>
    public ILocator DialogButton(string name) => Dialog.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    public ILocator Row(string text) => Page.Locator("tbody tr").Filter(new() { HasText = text });

    public ILocator Text(string text) => Page.GetByText(text, new() { Exact = false });

    /// <summary>Types into the field of this label and leaves it, as pages hear of most fields only then.</summary>
    public async Task FillAsync(string label, string text)
    {
        var field = Field(label);
        await field.FillAsync(text);
        await field.BlurAsync();
    }

    public ILocator Field(string label) => FieldIn(Page.Locator("main"), label);

    /// <summary>In the dialog that is open.</summary>
    public async Task FillInDialogAsync(string label, string text)
    {
        var field = FieldIn(Dialog, label);
        await field.FillAsync(text);
        await field.BlurAsync();
    }

    /// <summary>Types into a picker of the dialog and takes what it offers.</summary>
    public async Task PickInDialogAsync(string label, string words)
    {
        var field = FieldIn(Dialog, label);
        await field.ClickAsync();
        await field.PressSequentiallyAsync(words);
        await Page.Locator(OpenList).Filter(new() { HasText = words }).First.ClickAsync();
        await Page.Locator(OpenList).First.WaitForAsync(new() { State = WaitForSelectorState.Hidden });
    }

    /// <summary>Opens MudBlazor's select of this label and takes an option.</summary>
    public async Task ChooseAsync(string label, string option)
    {
        await Page.Locator(".mud-select").Filter(new() { Has = Page.Locator("label", new() { HasText = label }) }).Last.Locator(".mud-input").First.ClickAsync();
        await Page.Locator(OpenList).Filter(new() { HasText = option }).First.ClickAsync();
        await Page.Locator(OpenList).First.WaitForAsync(new() { State = WaitForSelectorState.Hidden });
    }

    public ILocator Dialog => Page.GetByRole(AriaRole.Dialog).Last;

    private ILocator FieldIn(ILocator place, string label) => place.GetByLabel(label).And(Page.Locator("input:not([type=hidden]), textarea")).First;

    /// <summary>The question that comes before what is about money or access.</summary>
    public async Task ConfirmIdentityAsync(string password)
    {
        var dialog = Page.GetByRole(AriaRole.Dialog).Filter(new() { HasText = "Is it you?" });
        await dialog.GetByLabel("Password").FillAsync(password);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Continue", Exact = true }).ClickAsync();
        await dialog.WaitForAsync(new() { State = WaitForSelectorState.Hidden });
    }

    /// <summary>Calls the admin API as a script of the page would: with the cookie and the page's antiforgery token.</summary>
    public async Task<(int Status, string Code)> CallAsync(string method, string path, object? body = null, bool withToken = true)
    {
        var answer = await Page.EvaluateAsync<JsonElement>(
            """
            async ([method, path, body, withToken]) => {
              const token = document.querySelector('meta[name="csrf-token"]').content;
              const answer = await fetch('/admin/api/v1' + path, {
                method, body: body ?? undefined,
                headers: { ...(withToken ? { 'X-CSRF-Token': token } : {}), ...(body ? { 'Content-Type': 'application/json' } : {}) },
              });
              const json = await answer.json().catch(() => null);
              return { status: answer.status, code: json?.error?.code ?? '' };
            }
            """,
            new object?[] { method, path, body is null ? null : JsonSerializer.Serialize(body), withToken });
        return (answer.GetProperty("status").GetInt32(), answer.GetProperty("code").GetString()!);
    }

    /// <summary>Turns the screen into another one; a menu that was open beside the page goes.</summary>
    public async Task ResizeAsync(int width)
    {
        await Page.SetViewportSizeAsync(width, HeightOf(width));
        if (width < 600)
            await Page.WaitForFunctionAsync("() => !document.querySelector('.mud-drawer--open')");
    }

    /// <summary>As the system says it, before the sign-in; with the button of the console.</summary>
    public async Task SetDarkAsync(bool dark)
    {
        await Page.EmulateMediaAsync(new() { ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light });
        var button = Button(dark ? "Dark colours" : "Light colours");
        if (await button.CountAsync() == 0)
            return;
        await button.ClickAsync();
        await Button(dark ? "Light colours" : "Dark colours").WaitForAsync();
        await Page.EvaluateAsync("() => localStorage.clear()");
    }

    private static int HeightOf(int width) => width < 600 ? 844 : 900;

    /// <summary>How wide the content is: more than the screen, and people must scroll to the side.</summary>
    public Task<int> ContentWidthAsync() => Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth");

    public async ValueTask DisposeAsync()
    {
        var errors = _errors.ToList();
        await (_ownsContext ? _context.CloseAsync() : Page.CloseAsync());
        errors.ShouldBeEmpty();
    }
}
