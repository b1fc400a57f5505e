using Microsoft.AspNetCore.Authentication;
using Storytime.Admin.Shell;
using Storytime.Platform.Auth;

namespace Storytime.Admin.SignIn;

internal static class SignInPaths
{
    public const string SignIn = CookieSetup.SignInPath;

    public const string Code = "/admin/sign-in/code";

    public const string Account = "/admin/account";

    public const string Authenticator = "/admin/account/authenticator";

    /// <summary>Where a new member of staff chooses a password. The token stands behind a <c>#</c>, which browsers send to no server and no log.</summary>
    public const string SetUp = "/admin/set-up";

    /// <summary>Where to go after a sign-in: a page of the console, whatever an address asks for.</summary>
    public static string Safe(string? then) =>
        then is not null && (then == "/admin" || then.StartsWith("/admin/", StringComparison.Ordinal) || then.StartsWith("/admin?", StringComparison.Ordinal))
            && !then.StartsWith("/admin/api", StringComparison.Ordinal) && !then.StartsWith(SignIn, StringComparison.Ordinal) && !then.Contains("..", StringComparison.Ordinal)
            && !then.Contains('\\') && !then.Contains("//", StringComparison.Ordinal) && !then.Any(char.IsControl)
        ? then
        : "/admin";

    /// <summary>An address of ours that goes on to <paramref name="then"/>.</summary>
    public static string With(string path, string? then) => Safe(then) is var safe && safe != "/admin" ? $"{path}?then={Uri.EscapeDataString(safe)}" : path;

    /// <summary>Starts the session, which ends what was pending.</summary>
    public static async Task SignInConsoleAsync(this HttpContext http, AdminUser admin, SignInMethod method)
    {
        var sessions = http.RequestServices.GetRequiredService<ConsoleSessions>();
        var session = await sessions.StartAsync(admin, method, http.Request.Headers.UserAgent, http.RequestAborted);
        ShortLived.DeleteCookie(http, PendingSignIn.Cookie);
        await http.SignInAsync(ConsoleCookie.Scheme, session.Principal);
    }
}
