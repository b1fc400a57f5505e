using System.Net.Mime;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.HttpResults;
using Storytime.Admin.Shell;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Platform.Errors;

namespace Storytime.Admin.SignIn;

/// <param name="Then">The page to go on to.</param>
public sealed record PasskeyDestination(string Then);

/// <summary>What <c>passkeys.js</c> asks for: first the options for the browser, then it brings the browser's answer.</summary>
internal static class PasskeyRoutes
{
    private const int LongestAnswer = 64 * 1024;

    public static readonly ApiError NoAnswer = new(400, "invalid_request", "The body is the browser's answer as JSON, of at most 64 KB.");

    public static void MapPasskeys(this IEndpointRouteBuilder app)
    {
        var routes = app.MapGroup("/admin").ExcludeFromDescription().AddEndpointFilter(RequireToken).RequireRateLimiting(RateLimits.Auth);
        var anybody = routes.MapGroup("/sign-in/passkey").AllowAnonymous();
        anybody.MapPost("/options", AskSignIn);
        anybody.MapPost("", SignIn);
        // Also for who must still set up a second factor; what a passkey is added to is protected by the password.
        var staff = routes.MapGroup("/account/passkeys").RequireAuthorization(Policy.Console);
        staff.MapPost("/options", Offer);
        staff.MapPost("", Add);
        staff.MapPost("/confirmations/options", AskConfirmation);
        staff.MapPost("/confirmations", Confirm);
    }

    private static async Task<ContentHttpResult> AskSignIn(HttpContext http, Passkeys passkeys) => Options(await passkeys.AskAsync(http, null));

    private static async Task<Results<Ok<PasskeyDestination>, ApiError>> SignIn(string? then, HttpContext http, Passkeys passkeys)
    {
        if (await AnswerAsync(http) is not { } answer)
            return NoAnswer;
        if (await passkeys.CheckAsync(http, null, answer) is not { } admin)
            return Passkeys.Failed;
        await http.SignInConsoleAsync(admin, SignInMethod.Passkey);
        return TypedResults.Ok(new PasskeyDestination(SignInPaths.Safe(then)));
    }

    /// <summary>The body is the password, where the last time that it was shown is too long ago.</summary>
    private static async Task<Results<ContentHttpResult, ApiError>> Offer(HttpContext http, Passkeys passkeys, StaffPasswords passwords, ConsoleSessions sessions, TimeProvider time)
    {
        if (await sessions.FindAsync(http.User, http.RequestAborted) is not { } session)
            return Desk.SignedOut;
        if (!session.IsFresh(time.Now()) && await passwords.ConfirmAsync(session, await AnswerAsync(http), http.RequestAborted) is { } wrong)
            return wrong;
        return Options(await passkeys.OfferAsync(http, session));
    }

    private static async Task<Results<NoContent, ApiError>> Add(string? name, HttpContext http, Passkeys passkeys, ConsoleSessions sessions, TimeProvider time)
    {
        if (await sessions.FindAsync(http.User, http.RequestAborted) is not { } session)
            return Desk.SignedOut;
        if (!session.IsFresh(time.Now()))
            return FreshSignIn.Required;
        if (await AnswerAsync(http) is not { } answer)
            return NoAnswer;
        return await passkeys.AddAsync(http, session, name, answer) is { } error ? error : TypedResults.NoContent();
    }

    private static async Task<Results<ContentHttpResult, ApiError>> AskConfirmation(HttpContext http, Passkeys passkeys, ConsoleSessions sessions) =>
        await sessions.FindAsync(http.User, http.RequestAborted) is { } session ? Options(await passkeys.AskAsync(http, session)) : Desk.SignedOut;

    private static async Task<Results<NoContent, ApiError>> Confirm(HttpContext http, Passkeys passkeys, ConsoleSessions sessions)
    {
        if (await sessions.FindAsync(http.User, http.RequestAborted) is not { } session)
            return Desk.SignedOut;
        if (await AnswerAsync(http) is not { } answer)
            return NoAnswer;
        return await passkeys.CheckAsync(http, session, answer) is null ? Passkeys.Failed : TypedResults.NoContent();
    }

    private static async ValueTask<object?> RequireToken(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        await context.HttpContext.RequestServices.GetRequiredService<IAntiforgery>().IsRequestValidAsync(context.HttpContext) ? await next(context) : CookieWrites.NoToken;

    private static ContentHttpResult Options(string json) => TypedResults.Content(json, MediaTypeNames.Application.Json);

    /// <returns>Null when there is none or too much.</returns>
    private static async Task<string?> AnswerAsync(HttpContext http)
    {
        if (http.Request.ContentLength is null or 0 or > LongestAnswer)
            return null;
        using var reader = new StreamReader(http.Request.Body);
        return await reader.ReadToEndAsync(http.RequestAborted);
    }
}
