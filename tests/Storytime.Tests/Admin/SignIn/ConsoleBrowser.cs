using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Admin.SignIn;

/// <summary>What came: a page, or an answer of the API.</summary>
internal sealed record Reached(HttpStatusCode Status, string Text, HttpResponseHeaders Headers)
{
    /// <summary>Path and query that it leads to.</summary>
    public string? Location => Headers.Location is not { } to ? null : to.IsAbsoluteUri ? to.PathAndQuery : to.ToString();

    public string[] SetCookies => Headers.TryGetValues("Set-Cookie", out var cookies) ? [.. cookies] : [];

    public Reached ShouldBe(HttpStatusCode status)
    {
        Status.ShouldBe(status, Text);
        return this;
    }

    public void ShouldLeadTo(string path)
    {
        ((int)Status).ShouldBeInRange(300, 399, Text);
        Location.ShouldBe(path);
    }
}

/// <summary>A browser without scripts: keeps cookies, does not follow redirects, sends forms as they are in the page.</summary>
internal sealed partial class ConsoleBrowser(StorytimeApp app)
{
    public Dictionary<string, string> Cookies { get; init; } = [];

    /// <summary>Of the page that was opened last.</summary>
    public string? Token { get; private set; }

    /// <summary>The same browser at this moment, as somebody would have it who copied its cookies.</summary>
    public ConsoleBrowser Copy() => new(app) { Cookies = new(Cookies), Token = Token };

    public async Task<Reached> OpenAsync(string path)
    {
        var page = await SendAsync(HttpMethod.Get, path);
        Token = Meta().Match(page.Text) is { Success: true } token ? WebUtility.HtmlDecode(token.Groups[1].Value) : Token;
        return page;
    }

    /// <summary>Opens the page, fills in its form by this name, and sends it.</summary>
    public async Task<Reached> SubmitAsync(string path, string form, params (string Name, string Value)[] fields)
    {
        var page = (await OpenAsync(path)).ShouldBe(HttpStatusCode.OK);
        return await SendFormAsync(path, page.Text, form, fields);
    }

    public Task<Reached> SendFormAsync(string path, string page, string form, params (string Name, string Value)[] fields)
    {
        var inside = FormOf(page, form);
        var all = Hidden().Matches(inside).ToDictionary(m => Attribute(m.Value, "name"), m => Attribute(m.Value, "value"));
        all.Keys.ShouldContain("__RequestVerificationToken");
        foreach (var (name, value) in fields)
            all[$"Form.{name}"] = value;
        return SendAsync(HttpMethod.Post, path, new FormUrlEncodedContent(all));
    }

    public async Task<Reached> SendAsync(HttpMethod method, string path, HttpContent? body = null, Action<HttpRequestMessage>? change = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body };
        request.Headers.Add("Accept", "text/html");
        request.Headers.Add("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0");
        if (Cookies.Count > 0)
            request.Headers.Add("Cookie", string.Join("; ", Cookies.Select(c => $"{c.Key}={c.Value}")));
        change?.Invoke(request);
        using var response = await app.Client().Http.SendAsync(request);
        var reached = new Reached(response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers);
        foreach (var cookie in reached.SetCookies.Select(c => c.Split(';')[0].Split('=', 2)))
        {
            if (cookie[1].Length == 0)
                Cookies.Remove(cookie[0]);
            else
                Cookies[cookie[0]] = cookie[1];
        }
        return reached;
    }

    /// <param name="token">The antiforgery token to send; null for none.</param>
    public Task<Reached> CallAsync(HttpMethod method, string path, string? body = null, string? token = null) => SendAsync(
        method, path, body is null ? null : new StringContent(body, Encoding.UTF8, "application/json"), r =>
        {
            if (token is not null)
                r.Headers.Add("X-CSRF-Token", token);
            r.Headers.Add("Origin", app.Client().Http.BaseAddress!.GetLeftPart(UriPartial.Authority));
        });

    public static string FormOf(string page, string form) =>
        Forms().Matches(page).Select(m => m.Value).SingleOrDefault(f => f.Contains($"name=\"_handler\" value=\"{form}\"", StringComparison.Ordinal))
        ?? throw new InvalidOperationException($"The page has no form {form}: {page}");

    public static string Attribute(string element, string name) =>
        Regex.Match(element, $" {name}=\"([^\"]*)\"") is { Success: true } found ? WebUtility.HtmlDecode(found.Groups[1].Value) : "";

    [GeneratedRegex("<form.*?</form>", RegexOptions.Singleline)]
    private static partial Regex Forms();

    [GeneratedRegex("<input[^>]*type=\"hidden\"[^>]*>")]
    private static partial Regex Hidden();

    [GeneratedRegex("<meta name=\"csrf-token\" content=\"([^\"]+)\"")]
    private static partial Regex Meta();
}
