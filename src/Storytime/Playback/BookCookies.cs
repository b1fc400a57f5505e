namespace Storytime.Playback;

/// <param name="Domain">The CDN's host, or the parent domain that it shares with the API.</param>
/// <param name="Path">The book's folder: cookies of several books live side by side.</param>
public sealed record CookieResponse(string Name, string Value, string Domain, string Path, DateTimeOffset Expires);

/// <summary>Cookies of one book, and when they end.</summary>
internal sealed record BookCookies(long BookId, CloudFrontCookie[] Cookies, string Policy, DateTimeOffset ExpiresAt)
{
    /// <summary>A literal prefix (RFC 6265, section 5.1.4), so its slash at the end matters: book 1 must not be sent book 12's cookies.</summary>
    private string Path => $"/books/{BookId}/";

    public CookieResponse[] ToResponse(CloudFrontOptions options) =>
        [.. Cookies.Select(c => new CookieResponse(c.Name, c.Value, options.CookieDomain ?? options.BaseUrl!.Host, Path, ExpiresAt))];

    /// <summary>Session cookies, see ADR 6: the signed policy ends them, and a device's clock may be wrong.</summary>
    public void SetOn(HttpResponse response, CloudFrontOptions options)
    {
        var attributes = new CookieOptions
        {
            Domain = options.CookieDomain,
            Path = Path,
            Secure = true,
            HttpOnly = true,
            SameSite = SameSiteMode.Lax,
        };
        foreach (var cookie in Cookies)
            response.Cookies.Append(cookie.Name, cookie.Value, attributes);
    }
}
