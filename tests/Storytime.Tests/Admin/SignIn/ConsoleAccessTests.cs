using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Storytime.Platform.Auth;
using Storytime.Tests.Platform;

namespace Storytime.Tests.Admin.SignIn;

/// <summary>Every page of the console × every role, and every route of the admin API by the console's cookie.</summary>
public sealed class ConsoleAccessTests(AccessHost host) : IClassFixture<AccessHost>
{
    private static readonly Dictionary<string, AdminRole[]> _roles = new()
    {
        [Policy.Console] = Enum.GetValues<AdminRole>(),
        [Policy.Staff] = Enum.GetValues<AdminRole>(),
        [Policy.Editor] = [AdminRole.Admin, AdminRole.Editor],
        [Policy.Finance] = [AdminRole.Admin, AdminRole.Finance],
        [Policy.Admin] = [AdminRole.Admin],
    };

    /// <summary>Pages that anybody may open: those before a sign-in.</summary>
    private static readonly string[] _open = ["/admin/sign-in", "/admin/sign-in/code", "/admin/set-up"];

    private List<RouteEndpoint> Endpoints => [.. host.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()];

    private List<RouteEndpoint> Pages => [.. Endpoints.Where(e => e.Metadata.GetMetadata<ComponentTypeMetadata>() is not null)];

    [Fact]
    public void Every_page_says_who_may_open_it()
    {
        Pages.Count.ShouldBeGreaterThan(8);
        foreach (var page in Pages)
        {
            var policies = page.Metadata.OfType<IAuthorizeData>().Select(a => a.Policy).ToList();
            if (page.Metadata.GetMetadata<IAllowAnonymous>() is not null)
                _open.ShouldContain(Path(page), $"{Path(page)} is open to anybody. Give it a policy, or add it to the list here.");
            else
                policies.ShouldNotBeEmpty(Path(page));
            policies.ShouldAllBe(p => p != null && _roles.ContainsKey(p), Path(page));
        }
        _open.Except(Pages.Select(Path)).ShouldBeEmpty();
    }

    [Fact]
    public void What_else_the_console_has_is_for_staff_and_files_are_only_read()
    {
        var others = Endpoints.Where(e => AccessHost.IsConsoles(e) && e.Metadata.GetMetadata<ComponentTypeMetadata>() is null).ToList();
        foreach (var endpoint in others)
        {
            if (AccessHost.IsFile(endpoint))
                endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.ShouldBeSubsetOf(["GET", "HEAD"]);
            else if (!Path(endpoint).StartsWith("/admin/sign-in/passkey", StringComparison.Ordinal))
                endpoint.Metadata.OfType<IAuthorizeData>().Select(a => a.Policy).ShouldNotBeEmpty(Path(endpoint));
        }
        others.Count(e => Path(e).StartsWith("/_blazor", StringComparison.Ordinal)).ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task A_page_opens_for_the_roles_of_its_policy_and_for_nobody_else()
    {
        var problems = new List<string>();
        var browsers = new Dictionary<AdminRole, ConsoleBrowser>();
        foreach (var role in Enum.GetValues<AdminRole>())
            browsers[role] = (await StaffMember.SignedInAsync(host.App, role)).Browser;
        foreach (var page in Pages.Where(p => !_open.Contains(Path(p))))
        {
            var path = System.Text.RegularExpressions.Regex.Replace(Path(page), @"\{\*?[^}]+\}", "1");
            var allowed = page.Metadata.OfType<IAuthorizeData>().Select(a => _roles[a.Policy!]).Aggregate((a, b) => [.. a.Intersect(b)]);
            foreach (var (role, browser) in browsers)
            {
                var status = (await browser.OpenAsync(path)).Status;
                // What a page shows comes later, by the circuit; a static one may find that there is no such thing.
                if (allowed.Contains(role) ? status is HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized or >= HttpStatusCode.InternalServerError : status != HttpStatusCode.Forbidden)
                    problems.Add($"{path} as {role}: {status}");
            }
            var nobody = await new ConsoleBrowser(host.App).OpenAsync(path);
            if (nobody.Location?.StartsWith("/admin/sign-in?then=", StringComparison.Ordinal) != true)
                problems.Add($"{path} as nobody: {nobody.Status} {nobody.Location}");
            var parent = await host.SendAsync("GET", path, await host.Scene.Ours.TokenAsync());
            if (parent.Status is not (401 or 302))
                problems.Add($"{path} as a parent: {parent.Status}");
        }
        problems.ShouldBeEmpty();
    }

    [Fact]
    public async Task Nothing_changes_by_the_cookie_without_the_token_of_its_own_session()
    {
        var (member, other) = (await StaffMember.SignedInAsync(host.App, AdminRole.Admin), await StaffMember.SignedInAsync(host.App, AdminRole.Admin));
        await member.Browser.OpenAsync("/admin/account");
        await other.Browser.OpenAsync("/admin/account");
        var problems = new List<string>();
        var calls = new List<(string Name, HttpMethod Method, string Path, string? Body)>();
        foreach (var row in AccessTable.Rows.Where(r => r.Method != "GET" && r.Route.Contains(" /admin/api/", StringComparison.Ordinal) && r.Who != Who.Anyone))
        {
            var ids = new object[row.Things.Length];
            for (var i = 0; i < ids.Length; i++)
                ids[i] = await row.Things[i].IdAsync(host.Scene, Pick.Ours);
            var body = row.Body?.Invoke(ids);
            calls.Add((row.Route, HttpMethod.Parse(row.Method), row.Path(ids), body is null or HttpContent ? null : JsonSerializer.Serialize(body)));
        }
        calls.Count.ShouldBeGreaterThan(25);
        var before = await Fingerprint.OfAsync(host.App);
        foreach (var (name, method, path, body) in calls)
        {
            foreach (var (kind, token) in new[] { ("no token", null), ("a foreign token", other.Browser.Token), ("a wrong token", "CfDJ8" + new string('A', 80)) })
            {
                var reached = await member.Browser.CallAsync(method, path, body, token);
                if (reached.Status != HttpStatusCode.Forbidden || !reached.Text.Contains("X-CSRF-Token", StringComparison.Ordinal))
                    problems.Add($"{name} with {kind}: {reached.Status} {reached.Text}");
            }
        }
        problems.ShouldBeEmpty();
        (await Fingerprint.OfAsync(host.App)).ShouldBe(before);
        // It is the token that was missing.
        using var publisher = new StringContent("""{"name":"Owl House"}""", Encoding.UTF8, "application/json");
        (await member.Browser.SendAsync(HttpMethod.Post, "/admin/api/v1/publishers", publisher, r => r.Headers.Add("X-CSRF-Token", member.Browser.Token))).ShouldBe(HttpStatusCode.Created);
    }

    private static string Path(RouteEndpoint endpoint) => "/" + endpoint.RoutePattern.RawText!.Trim('/');
}
