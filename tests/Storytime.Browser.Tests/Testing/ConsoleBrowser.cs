using Microsoft.Playwright;

namespace Storytime.Browser.Tests.Testing;

/// <summary>One Chromium for the tests of a class, which come one after the other, and a session of the console for each role that they ask for.</summary>
public sealed class ConsoleBrowser(RunningStorytime storytime) : IAsyncLifetime
{
    /// <summary>Milliseconds: much for a machine that does something else too.</summary>
    private const float Patience = 60_000;

    private readonly Dictionary<string, string> _sessions = [];
    private readonly Dictionary<string, IBrowserContext> _contexts = [];
    private IPlaywright _playwright = null!;
    private IBrowser _browser = null!;

    public RunningStorytime Storytime { get; } = storytime;

    public async ValueTask InitializeAsync()
    {
        _playwright = await Playwright.CreateAsync();
        _browser = await Chromium.LaunchAsync(_playwright);
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }

    /// <summary>A browser of its own for somebody who signed in as this role a while ago; with null for nobody.</summary>
    internal async Task<ConsoleUser> OpenAsync(string? role, int width = 1280, bool dark = false) =>
        await ConsoleUser.OpenAsync(await NewContextAsync(role is null ? null : await SessionAsync(role)), ownsContext: true, Storytime, width, dark);

    /// <summary>A page in the browser that all tests of the class have for this role: it knows the style sheets and scripts already.</summary>
    internal async Task<ConsoleUser> OpenPageAsync(string? role, int width = 1280, bool dark = false)
    {
        var session = role is null ? null : await SessionAsync(role);
        if (!_contexts.TryGetValue(role ?? "", out var context))
            _contexts[role ?? ""] = context = await NewContextAsync(session);
        return await ConsoleUser.OpenAsync(context, ownsContext: false, Storytime, width, dark);
    }

    private async Task<string> SessionAsync(string role)
    {
        if (_sessions.TryGetValue(role, out var session))
            return session;
        var staff = Storytime.Staff[role];
        await using var user = await SignInAsync(staff.Email, staff.Password);
        return _sessions[role] = await user.Page.Context.StorageStateAsync();
    }

    /// <summary>A browser in which this account signs in now: a session of the test's own.</summary>
    internal async Task<ConsoleUser> SignInAsync(string email, string password)
    {
        var user = await OpenAsync(null);
        await user.SignInAsync(email, password);
        return user;
    }

    private async Task<IBrowserContext> NewContextAsync(string? session)
    {
        var context = await _browser.NewContextAsync(new()
        {
            BaseURL = Storytime.App.ToString(),
            ReducedMotion = ReducedMotion.Reduce,
            Locale = "en-GB",
            AcceptDownloads = true,
            StorageState = session,
        });
        context.SetDefaultTimeout(Patience);
        return context;
    }
}
