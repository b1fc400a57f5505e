using Microsoft.AspNetCore.Http.Features;

namespace Storytime.LocalCloud.Signing;

/// <summary>The request target exactly as sent: signatures and CDN policies are about these characters, not about what routing makes of them.</summary>
internal readonly record struct RawTarget(string Path, string Query)
{
    public static RawTarget Of(HttpContext http)
    {
        var raw = http.Features.Get<IHttpRequestFeature>()!.RawTarget;
        // Absolute form (RFC 9112 section 3.2.2), as a proxy would send it.
        if (Uri.TryCreate(raw, UriKind.Absolute, out var absolute) && absolute.Scheme.StartsWith("http", StringComparison.Ordinal)) raw = absolute.PathAndQuery;
        var question = raw.IndexOf('?', StringComparison.Ordinal);
        return question < 0 ? new RawTarget(raw, "") : new RawTarget(raw[..question], raw[(question + 1)..]);
    }

    /// <summary>Query parameters in order, decoded.</summary>
    public IEnumerable<KeyValuePair<string, string>> Parameters()
    {
        foreach (var part in Query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            var (name, value) = equals < 0 ? (part, "") : (part[..equals], part[(equals + 1)..]);
            yield return new(Decode(name), Decode(value));
        }
    }

    public string? Parameter(string name) =>
        Parameters().Where(parameter => parameter.Key == name).Select(parameter => parameter.Value).FirstOrDefault();

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
