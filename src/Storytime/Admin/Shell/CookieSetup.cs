using System.Security.Cryptography;
using System.Xml.Linq;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Storytime.Admin.SignIn;
using Storytime.Data;
using Storytime.Platform.Auth;
using Storytime.Platform.Errors;

namespace Storytime.Admin.Shell;

/// <summary>The console's cookie, the token that goes with what it changes, and the keys behind both.</summary>
internal static class CookieSetup
{
    /// <summary>Where the antiforgery token goes in what a script sends.</summary>
    public const string TokenHeader = "X-CSRF-Token";

    public const string SignInPath = "/admin/sign-in";

    public static readonly ApiError MustEnrol = new(
        403, "second_factor_required", $"Your account needs a second factor first: an authenticator app or a passkey. Set it up at {SignInPaths.Authenticator}.");

    public static void AddConsoleCookie(this IServiceCollection services)
    {
        services.AddAuthentication().AddCookie(ConsoleCookie.Scheme, cookie =>
        {
            cookie.Cookie = new CookieBuilder
            {
                Name = ConsoleCookie.Name,
                Path = "/",
                HttpOnly = true,
                SecurePolicy = CookieSecurePolicy.Always,
                SameSite = SameSiteMode.Lax,
                IsEssential = true,
            };
            // The session says when it is over; the ticket in the cookie lives as long as any.
            (cookie.ExpireTimeSpan, cookie.SlidingExpiration) = (TimeSpan.FromDays(7), false);
            (cookie.LoginPath, cookie.ReturnUrlParameter) = (SignInPath, "then");
            cookie.Events = new CookieAuthenticationEvents
            {
                OnValidatePrincipal = ValidateAsync,
                OnRedirectToLogin = context => ConsoleCookie.IsApi(context.HttpContext) || !HttpMethods.IsGet(context.Request.Method)
                    ? ApiError.NotSignedIn.ExecuteAsync(context.HttpContext)
                    : Redirect(context),
                OnRedirectToAccessDenied = DenyAsync,
            };
        });
        services.AddAntiforgery(antiforgery =>
        {
            antiforgery.Cookie = new SecureCookie { Name = "__Host-storytime-antiforgery", Path = "/", HttpOnly = true, SameSite = SameSiteMode.Strict, IsEssential = true };
            antiforgery.HeaderName = TokenHeader;
            // Which pages may frame which is said by the content security policy.
            antiforgery.SuppressXFrameOptionsHeader = true;
        });
        // All nodes share the keys; the database alone gives nobody a usable one.
        services.AddDataProtection().SetApplicationName("storytime").PersistKeysToDbContext<StorytimeDb>();
        services.AddOptions<KeyManagementOptions>().Configure<Sealing>((keys, sealing) => keys.XmlEncryptor = new SealedKeys(sealing));
    }

    private static async Task ValidateAsync(CookieValidatePrincipalContext context)
    {
        var sessions = context.HttpContext.RequestServices.GetRequiredService<ConsoleSessions>();
        if (await sessions.FindAsync(context.Principal, context.HttpContext.RequestAborted) is { } session)
            // A role that was changed holds at once.
            context.ReplacePrincipal(session.Principal);
        else
            context.RejectPrincipal();
    }

    private static Task DenyAsync(Microsoft.AspNetCore.Authentication.RedirectContext<CookieAuthenticationOptions> context)
    {
        var http = context.HttpContext;
        var (mustEnrol, isPage) = (!http.User.HasClaim(c => c.Type == Platform.Auth.Claim.Role), !ConsoleCookie.IsApi(http) && HttpMethods.IsGet(http.Request.Method));
        if (mustEnrol && isPage)
        {
            http.Response.Redirect(SignInPaths.Authenticator);
            return Task.CompletedTask;
        }
        return mustEnrol ? MustEnrol.ExecuteAsync(http)
            : ConsoleCookie.IsApi(http) ? ApiError.WrongToken.ExecuteAsync(http)
            : PlainDocument.WriteAsync(http, 403, "Not for your role", "Your role does not open this page. An admin can give you another one.");
    }

    private static Task Redirect(Microsoft.AspNetCore.Authentication.RedirectContext<CookieAuthenticationOptions> context)
    {
        context.Response.Redirect(context.RedirectUri);
        return Task.CompletedTask;
    }

    /// <summary>Always Secure, as <c>__Host-</c> wants it; ASP.NET's own setting for that would refuse http, which browsers take as safe on localhost.</summary>
    private sealed class SecureCookie : CookieBuilder
    {
        public override CookieOptions Build(HttpContext context, DateTimeOffset expiresFrom)
        {
            var options = base.Build(context, expiresFrom);
            options.Secure = true;
            return options;
        }
    }

    internal sealed class SealedKeys(Sealing sealing) : IXmlEncryptor
    {
        public const string Purpose = "data protection";

        public EncryptedXmlInfo Encrypt(XElement plaintextElement) => new(
            new XElement("sealed", Convert.ToBase64String(sealing.Seal(plaintextElement.ToString(SaveOptions.DisableFormatting), Purpose))), typeof(OpenedKeys));
    }

    /// <summary>Made by name, with the services of the app.</summary>
    internal sealed class OpenedKeys(IServiceProvider services) : IXmlDecryptor
    {
        public XElement Decrypt(XElement encryptedElement) => XElement.Parse(
            services.GetRequiredService<Sealing>().Unseal(Convert.FromBase64String(encryptedElement.Value), SealedKeys.Purpose)
            ?? throw new CryptographicException("This key was sealed under another Auth:SigningKey."));
    }
}
