using Microsoft.AspNetCore.Authentication;
using Storytime.Admin.Shell;
using Storytime.Platform.Auth;

namespace Storytime.Admin.SignIn;

internal static class SignInPaths
{
    /// <summary>Where to go after a sign-in: a page of the console, whatever an address asks for.</summary>
    public static string Safe(string? then) =>
        then is not null && (then == "/admin" || then.StartsWith("/admin/", StringComparison.Ordinal) || then.StartsWith("/admin?", StringComparison.Ordinal))
            && !then.StartsWith("/admin/api", StringComparison.Ordinal) && !then.Contains('\\') && !then.Contains("//", StringComparison.Ordinal)
        ? then
        : "/admin";

    public static Task SignInConsoleAsync(this HttpContext http, LiveSession session) => http.SignInAsync(ConsoleCookie.Scheme, session.Principal);
}
