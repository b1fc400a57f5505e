using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Storytime.Admin;
using Storytime.Admin.Shell;
using Storytime.Platform;
using Storytime.Platform.Auth;

namespace Storytime.Tests.Testing;

/// <summary>A browser that is signed in to the console. How one signs in is what the tests of that are about; this one has a session and its cookie.</summary>
public sealed partial class ConsoleBrowser
{
    private readonly StorytimeApp _app;
    private readonly Dictionary<string, string> _cookies;

    private ConsoleBrowser(StorytimeApp app, long adminId, Guid sessionId, string cookie) =>
        (_app, AdminId, SessionId, _cookies) = (app, adminId, sessionId, new() { [ConsoleCookie.Name] = cookie });

    public long AdminId { get; }

    public Guid SessionId { get; }

    /// <param name="adminId">Of an account; a new one when it is not given.</param>
    public static async Task<ConsoleBrowser> OpenAsync(StorytimeApp app, AdminRole role, long? adminId = null)
    {
        await using var scope = app.Services.CreateAsyncScope();
        var services = scope.ServiceProvider;
        var db = services.GetRequiredService<Storytime.Data.StorytimeDb>();
        var admin = adminId is { } id ? await db.AdminUsers.FindAsync(id) : null;
        if (admin is null)
        {
            admin = AdminUser.Create($"{role}-{Guid.NewGuid():N}@storytime.example".ToLowerInvariant(), role, app.Clock.Now());
            admin.PasswordHash = await services.GetRequiredService<Storytime.Accounts.Passwords>().HashAsync(Families.Password, CancellationToken.None);
            db.AdminUsers.Add(admin);
            await db.SaveChangesAsync();
        }
        var session = await services.GetRequiredService<ConsoleSessions>().StartAsync(admin, SignInMethod.PasswordAndCode, "Mozilla/5.0 (Macintosh) Firefox/140.0", CancellationToken.None);
        var cookies = services.GetRequiredService<IOptionsMonitor<CookieAuthenticationOptions>>().Get(ConsoleCookie.Scheme);
        return new ConsoleBrowser(app, admin.Id, session.Id, cookies.TicketDataFormat.Protect(new AuthenticationTicket(session.Principal, ConsoleCookie.Scheme)));
    }

    public Task<Answer> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    /// <summary>The token that a page of the console has for its scripts.</summary>
    public async Task<string> TokenAsync(string page)
    {
        var answer = await GetAsync(page);
        return CsrfToken().Match(answer.Text) is { Success: true } match ? match.Groups["token"].Value : throw new InvalidOperationException($"{page} answered {answer.Status} without a token.");
    }

    public async Task<Answer> SendAsync(HttpMethod method, string path, HttpContent? body = null, string? token = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body };
        request.Headers.Add("Cookie", string.Join("; ", _cookies.Select(c => $"{c.Key}={c.Value}")));
        if (token is not null)
            request.Headers.Add(CookieSetup.TokenHeader, token);
        using var response = await _app.Client().Http.SendAsync(request);
        foreach (var cookie in response.Headers.TryGetValues("Set-Cookie", out var set) ? set : [])
            _cookies[cookie.Split('=')[0]] = cookie.Split(';')[0].Split('=', 2)[1];
        return new Answer(response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers, response.Content.Headers.ContentType?.MediaType);
    }

    [GeneratedRegex("<meta name=\"csrf-token\" content=\"(?<token>[^\"]+)\"")]
    private static partial Regex CsrfToken();
}
