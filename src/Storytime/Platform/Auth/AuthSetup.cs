using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Microsoft.Net.Http.Headers;
using Storytime.Platform.Errors;

namespace Storytime.Platform.Auth;

/// <summary>Names of the policies that Api.cs gives to its route groups.</summary>
internal static class Policy
{
    /// <summary>A parent's token. A child's token is refused with 403.</summary>
    public const string Parent = "parent";

    /// <summary>A parent's token or a child session's.</summary>
    public const string Viewer = "viewer";

    /// <summary>Staff signed in to the console, even before they set up a second factor: only for what sets it up, and for signing out.</summary>
    public const string Console = "console";

    /// <summary>Any role of staff.</summary>
    public const string Staff = "staff";

    /// <summary>Roles <c>admin</c> and <c>editor</c>.</summary>
    public const string Editor = "editor";

    /// <summary>Roles <c>admin</c> and <c>finance</c>.</summary>
    public const string Finance = "finance";

    /// <summary>The role <c>admin</c> only.</summary>
    public const string Admin = "admin";
}

/// <summary>Tells whether the session behind a token that is valid by itself is still live. One each for parents, child sessions and staff.</summary>
internal interface ISessionCheck
{
    string Audience { get; }

    Task<bool> IsLiveAsync(System.Security.Claims.ClaimsPrincipal caller, CancellationToken ct);
}

/// <summary>
/// Endpoint metadata: the handler asks whether the session is live in the same statement as for all else that it has to know, and answers <see cref="ApiError.SessionEnded"/>.
/// For the hottest paths only, which make one question to the database of two.
/// </summary>
/// <param name="Audiences">Whose tokens get as far as the handler; of others the session is looked up as everywhere, before they are told that they may not.</param>
internal sealed record ChecksSession(params string[] Audiences);

internal static class AuthSetup
{
    /// <summary>The API of the iOS app: parents and child sessions.</summary>
    private const string AppScheme = "app";

    /// <summary>The admin API.</summary>
    private const string AdminScheme = "admin";

    /// <summary>Staff, in the one way or the other.</summary>
    private const string StaffScheme = "staff";

    public static void AddStorytimeAuth(this IServiceCollection services)
    {
        services.AddSingleton<AccessTokens>();
        services.AddSingleton<Pseudonyms>();
        services.AddSingleton<Sealing>();
        services.AddSingleton<EndedSessions>();
        services.AddAuthentication(AppScheme)
            .AddJwtBearer(AppScheme, jwt => Configure(jwt))
            .AddJwtBearer(AdminScheme, jwt => Configure(jwt))
            .AddPolicyScheme(StaffScheme, null, staff => staff.ForwardDefaultSelector = SchemeOfStaff);
        services.AddOptions<JwtBearerOptions>(AppScheme)
            .Configure<IOptions<AuthOptions>, TimeProvider>((jwt, auth, time) => Validate(jwt, auth.Value, time, Audience.Parent, Audience.Child));
        services.AddOptions<JwtBearerOptions>(AdminScheme)
            .Configure<IOptions<AuthOptions>, TimeProvider>((jwt, auth, time) => Validate(jwt, auth.Value, time, Audience.Admin));

        services.AddSingleton<IAuthorizationMiddlewareResultHandler, RoutesOnly>();
        services.AddAuthorizationBuilder()
            .AddPolicy(Policy.Parent, p => p.AddAuthenticationSchemes(AppScheme).RequireClaim(Claim.Audience, Audience.Parent))
            .AddPolicy(Policy.Viewer, p => p.AddAuthenticationSchemes(AppScheme).RequireAuthenticatedUser())
            .AddPolicy(Policy.Console, p => p.AddAuthenticationSchemes(ConsoleCookie.Scheme).RequireAuthenticatedUser())
            .AddPolicy(Policy.Staff, p => p.AddAuthenticationSchemes(StaffScheme).RequireClaim(Claim.Role))
            .AddPolicy(Policy.Editor, p => p.AddAuthenticationSchemes(StaffScheme).RequireClaim(Claim.Role, nameof(AdminRole.Admin), nameof(AdminRole.Editor)))
            .AddPolicy(Policy.Finance, p => p.AddAuthenticationSchemes(StaffScheme).RequireClaim(Claim.Role, nameof(AdminRole.Admin), nameof(AdminRole.Finance)))
            .AddPolicy(Policy.Admin, p => p.AddAuthenticationSchemes(StaffScheme).RequireClaim(Claim.Role, nameof(AdminRole.Admin)))
            // Deny by default: a route that forgets its policy lets nobody in.
            .SetFallbackPolicy(new AuthorizationPolicyBuilder(AppScheme, AdminScheme).RequireAssertion(_ => false).Build());
    }

    /// <summary>A bearer token goes before the console's cookie; who has neither is told what the API wants, or is led to the console's sign-in.</summary>
    private static string SchemeOfStaff(HttpContext http) =>
        http.Request.Headers.ContainsKey(HeaderNames.Authorization) || (ConsoleCookie.IsApi(http) && !http.Request.Cookies.ContainsKey(ConsoleCookie.Name))
            ? AdminScheme
            : ConsoleCookie.Scheme;

    private static void Configure(JwtBearerOptions jwt)
    {
        jwt.MapInboundClaims = false;
        jwt.Events = new JwtBearerEvents
        {
            OnTokenValidated = CheckSession,
            OnAuthenticationFailed = failed =>
            {
                if (failed.Exception is SecurityTokenExpiredException)
                    failed.HttpContext.Items[ErrorEnvelopeWriter.AnswerKey] = ApiError.TokenExpired;
                return Task.CompletedTask;
            },
        };
    }

    private static void Validate(JwtBearerOptions jwt, AuthOptions auth, TimeProvider time, params string[] audiences) =>
        jwt.TokenValidationParameters = new TokenValidationParameters
        {
            ValidIssuer = AccessTokens.Issuer,
            ValidAudiences = audiences,
            ValidAlgorithms = [SecurityAlgorithms.HmacSha256],
            IssuerSigningKey = AccessTokens.Key(auth),
            RequireExpirationTime = true,
            LifetimeValidator = (notBefore, expires, _, _) => IsInTime(notBefore, expires, time.GetUtcNow().UtcDateTime),
        };

    private static bool IsInTime(DateTime? notBefore, DateTime? expires, DateTime now) =>
        expires is not null && !(notBefore > now) && (expires > now ? true : throw new SecurityTokenExpiredException("The token has expired.") { Expires = expires ?? default });

    private static async Task CheckSession(TokenValidatedContext validated)
    {
        var caller = validated.Principal!;
        if (!TokenForm.IsOurs((JsonWebToken)validated.SecurityToken))
        {
            validated.Fail("The token is none of ours.");
            return;
        }
        var services = validated.HttpContext.RequestServices;
        if (validated.HttpContext.GetEndpoint()?.Metadata.GetMetadata<ChecksSession>() is { } itself && itself.Audiences.Any(audience => caller.HasClaim(Claim.Audience, audience))
            && !services.GetRequiredService<EndedSessions>().Contains(caller))
        {
            return;
        }
        var check = services.GetServices<ISessionCheck>().First(c => caller.HasClaim(Claim.Audience, c.Audience));
        if (await check.IsLiveAsync(caller, validated.HttpContext.RequestAborted))
            return;
        validated.HttpContext.Items[ErrorEnvelopeWriter.AnswerKey] = ApiError.SessionEnded;
        validated.Fail("The session was ended.");
    }

    /// <summary>
    /// The fallback policy is for routes that name none. What is no route at all (an unknown address, a wrong method or content type) goes on to its
    /// own answer: 404, 405 or 415 instead of a 401 that would send a client to sign in again.
    /// </summary>
    private sealed class RoutesOnly : IAuthorizationMiddlewareResultHandler
    {
        private readonly AuthorizationMiddlewareResultHandler _default = new();

        public Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult) =>
            context.GetEndpoint() is RouteEndpoint ? _default.HandleAsync(next, context, policy, authorizeResult) : next(context);
    }
}
