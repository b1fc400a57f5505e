using Microsoft.Playwright;

namespace Storytime.Browser.Tests.Testing;

/// <summary>One Chromium for the tests of a class, and a session of the console for each role that they ask for.</summary>
public sealed class ConsoleBrowser(RunningStorytime storytime) : IAsyncLifetime
{
    private readonly SemaphoreSlim _signingIn = new(1);
    private readonly Dictionary<string, string> _sessions = [];
    private IPlaywright _playwright = null!;

    public RunningStorytime Storytime { get; } = storytime;

    internal IBrowser Browser { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _playwright = await Playwright.CreateAsync();
        Browser = await Chromium.LaunchAsync(_playwright);
    }

    public async ValueTask DisposeAsync()
    {
        await Browser.DisposeAsync();
        _playwright.Dispose();
        _signingIn.Dispose();
    }

    /// <summary>A browser of somebody who signed in as this role a while ago; with null of nobody.</summary>
    internal async Task<ConsoleUser> OpenAsync(string? role, int width = 1280, bool dark = false)
    {
        if (role is null)
            return await ConsoleUser.OpenAsync(this, null, width, dark);
        await _signingIn.WaitAsync();
        try
        {
            if (!_sessions.TryGetValue(role, out var session))
            {
                var staff = Storytime.Staff[role];
                await using var user = await ConsoleUser.OpenAsync(this, null, width, dark);
                await user.SignInAsync(staff.Email, staff.Password);
                session = _sessions[role] = await user.Page.Context.StorageStateAsync();
            }
        }
        finally
        {
            _signingIn.Release();
        }
        return await ConsoleUser.OpenAsync(this, _sessions[role], width, dark);
    }

    /// <summary>A browser in which this account signs in now: a session of the test's own.</summary>
    internal async Task<ConsoleUser> SignInAsync(string email, string password, int width = 1280)
    {
        var user = await ConsoleUser.OpenAsync(this, null, width, dark: false);
        await user.SignInAsync(email, password);
        return user;
    }
}
