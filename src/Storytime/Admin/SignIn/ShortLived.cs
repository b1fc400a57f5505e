using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Storytime.Platform;

namespace Storytime.Admin.SignIn;

/// <summary>What a browser keeps for us from one step of a sign-in to the next, and can neither read nor change.</summary>
internal sealed class ShortLived(IDataProtectionProvider protection, TimeProvider time)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    /// <param name="purpose">Made for one purpose it does not open for another.</param>
    public string Close(string purpose, string text) =>
        Protector(purpose).Protect(string.Create(CultureInfo.InvariantCulture, $"{(time.Now() + Lifetime).UtcTicks} {text}"));

    /// <returns>Null when it is too old or not ours.</returns>
    public string? Open(string purpose, string? box)
    {
        try
        {
            var (until, text) = Split(Protector(purpose).Unprotect(box ?? ""));
            return long.Parse(until, CultureInfo.InvariantCulture) > time.Now().UtcTicks ? text : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    public void SetCookie(HttpContext http, string name, string text) => http.Response.Cookies.Append(name, Close(name, text), Options(Lifetime));

    public string? ReadCookie(HttpContext http, string name) => Open(name, http.Request.Cookies[name]);

    public static void DeleteCookie(HttpContext http, string name) => http.Response.Cookies.Delete(name, Options(null));

    public static (string First, string Others) Split(string text) => text.Split(' ', 2) is [var first, var rest] ? (first, rest) : (text, "");

    private IDataProtector Protector(string purpose) => protection.CreateProtector("short-lived", purpose);

    private static CookieOptions Options(TimeSpan? age) => new() { HttpOnly = true, Secure = true, SameSite = SameSiteMode.Strict, Path = "/", MaxAge = age, IsEssential = true };
}

/// <summary>Whoever has shown the password and not yet the second factor. Bound to the account as it is: a changed password or factor ends it.</summary>
internal sealed class PendingSignIn(ShortLived kept)
{
    public const string Cookie = "__Host-storytime-sign-in";

    public void Set(HttpContext http, AdminUser admin) => kept.SetCookie(http, Cookie, string.Create(CultureInfo.InvariantCulture, $"{admin.Id} {admin.SecurityStamp}"));

    public (long AdminId, string Stamp)? Read(HttpContext http) =>
        kept.ReadCookie(http, Cookie) is { } text && ShortLived.Split(text) is var (id, stamp) ? (long.Parse(id, CultureInfo.InvariantCulture), stamp) : null;
}
