namespace Storytime.Platform.Auth;

/// <summary>The cookie of the admin console. What it may do is the same as with a token of the admin API; who makes and checks it is <c>Admin</c>.</summary>
internal static class ConsoleCookie
{
    /// <summary>Of the authentication scheme, and of the identities that it makes.</summary>
    public const string Scheme = "console";

    /// <summary>Only this host over TLS may set it, for all its paths: no neighbouring domain can plant one (RFC 6265bis, section 4.1.3.2).</summary>
    public const string Name = "__Host-storytime-console";

    public static bool IsApi(HttpContext http) => http.Request.Path.StartsWithSegments("/admin/api");
}
