using Microsoft.Playwright;

namespace Storytime.Browser.Tests.Testing;

internal static class Chromium
{
    private const string Program = "/usr/bin/chromium";

    // Headless and in a container; and no traffic of the browser's own.
    private static readonly string[] Arguments =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
        "--autoplay-policy=no-user-gesture-required",
    ];

    public static Task<IBrowser> LaunchAsync(IPlaywright playwright) => playwright.Chromium.LaunchAsync(new() { ExecutablePath = Program, Args = Arguments });
}
