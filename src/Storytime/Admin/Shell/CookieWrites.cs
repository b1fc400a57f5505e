using Microsoft.AspNetCore.Antiforgery;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Platform.Errors;

namespace Storytime.Admin.Shell;

/// <summary>
/// What a browser sends by itself proves nothing: whoever changes something by the console's cookie also shows the antiforgery token of a page of ours. Forms of pages are
/// checked by ASP.NET; circuits by where they come from.
/// </summary>
internal static class CookieWrites
{
    public static readonly ApiError NoToken = new(403, "forbidden", $"This needs the token of the page in the header {CookieSetup.TokenHeader}. Load the page again.");

    public static readonly ApiError OtherOrigin = new(403, "forbidden", "This does not come from a page of the console.");

    public static async Task Check(HttpContext http, RequestDelegate next)
    {
        // Also when nobody is signed in: a circuit starts from a page of ours, or not at all.
        if (http.Request.Path.StartsWithSegments("/_blazor") && !IsSameOrigin(http))
            await OtherOrigin.ExecuteAsync(http);
        else if (http.User.Identity?.AuthenticationType != ConsoleCookie.Scheme || !ConsoleCookie.IsApi(http) || IsSafe(http.Request.Method))
            await next(http);
        else if (!await http.RequestServices.GetRequiredService<IAntiforgery>().IsRequestValidAsync(http))
            await NoToken.ExecuteAsync(http);
        else if (http.GetEndpoint()?.Metadata.GetMetadata<FreshSignIn>() is not null && !await IsFreshAsync(http))
            await FreshSignIn.Required.ExecuteAsync(http);
        else
            await next(http);
    }

    private static bool IsSafe(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method);

    /// <summary>Browsers send an origin with every POST and every web socket (RFC 6454, section 7; RFC 6455, section 10.2); a script cannot change it.</summary>
    private static bool IsSameOrigin(HttpContext http) => http.Request.Headers.Origin.ToString() is var origin
        && (origin.Length == 0 ? IsSafe(http.Request.Method) && !http.WebSockets.IsWebSocketRequest : origin == $"{http.Request.Scheme}://{http.Request.Host}");

    private static async Task<bool> IsFreshAsync(HttpContext http) =>
        await http.RequestServices.GetRequiredService<ConsoleSessions>().FindAsync(http.User, http.RequestAborted) is { } session
        && session.IsFresh(http.RequestServices.GetRequiredService<TimeProvider>().Now());
}
