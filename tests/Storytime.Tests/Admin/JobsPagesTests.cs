using System.Net;
using System.Text.RegularExpressions;
using Hangfire;
using Hangfire.Storage;
using Microsoft.Extensions.DependencyInjection;
using Storytime.Children;
using Storytime.Platform.Auth;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Admin;

/// <summary>Hangfire's own pages behind the role admin.</summary>
public sealed partial class JobsPagesTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    private const string Jobs = "/admin/jobs";

    private readonly StorytimeApp _app = app.With("Console:RequireSecondFactor", "false");

    [Theory]
    [InlineData(AdminRole.Editor)]
    [InlineData(AdminRole.Finance)]
    public async Task Who_is_no_admin_sees_nothing_of_the_jobs(AdminRole role)
    {
        var browser = await ConsoleBrowser.OpenAsync(_app, role);
        var token = await _app.StaffAsync(role);
        foreach (var path in new[] { Jobs, $"{Jobs}/recurring", $"{Jobs}/jobs/failed", $"{Jobs}/stats" })
        {
            (await browser.GetAsync(path)).ShouldBe(HttpStatusCode.Forbidden).Text.ShouldNotContain("Hangfire");
            (await browser.SendAsync(HttpMethod.Post, path)).ShouldBe(HttpStatusCode.Forbidden);
            (await token.GetAsync(path)).ShouldBe(HttpStatusCode.Forbidden);
        }
    }

    [Fact]
    public async Task Who_is_not_signed_in_is_led_to_the_sign_in_and_a_family_has_no_way_there()
    {
        var led = (await _app.Client().GetAsync($"{Jobs}/recurring")).ShouldBe(HttpStatusCode.Found);
        led.Headers.Location!.ToString().ShouldContain("/admin/sign-in");
        (await _app.Client().PostAsync($"{Jobs}/stats")).ShouldBe(HttpStatusCode.Unauthorized);
        var (parent, _) = await _app.FamilyAsync();
        (await parent.GetAsync(Jobs)).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task An_admin_sees_them_without_any_script_or_style_sheet_in_the_page_and_only_from_here()
    {
        var browser = await ConsoleBrowser.OpenAsync(_app, AdminRole.Admin);
        foreach (var path in new[] { Jobs, $"{Jobs}/recurring", $"{Jobs}/jobs/enqueued", $"{Jobs}/servers", $"{Jobs}/retries" })
        {
            var page = (await browser.GetAsync(path)).ShouldBe(HttpStatusCode.OK);
            page.Text.ShouldContain("Storytime jobs");
            page.Text.ShouldNotContain("Host=");
            InlineScript().IsMatch(page.Text).ShouldBeFalse(path);
            var policy = page.Headers.GetValues("Content-Security-Policy").Single();
            policy.ShouldContain("script-src 'self';");
            policy.ShouldContain("style-src 'self';");
            policy.ShouldContain("frame-ancestors 'none'");
            foreach (var address in Addresses().Matches(page.Text).Select(m => m.Groups["address"].Value))
                (await browser.GetAsync(address)).ShouldBe(HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task A_command_without_the_token_of_the_page_is_refused_and_has_no_effect()
    {
        var browser = await ConsoleBrowser.OpenAsync(_app, AdminRole.Admin);
        AddRecurring("stays");
        var token = await browser.TokenAsync(Jobs);
        var another = await ConsoleBrowser.OpenAsync(_app, AdminRole.Admin);
        var entries = await _app.SqlAsync("select count(*) from audit_entries");
        (await browser.SendAsync(HttpMethod.Post, $"{Jobs}/recurring/remove", Form("stays"))).ShouldBeError(HttpStatusCode.Forbidden, "forbidden");
        (await browser.SendAsync(HttpMethod.Post, $"{Jobs}/recurring/remove", Form("stays"), token + "x")).ShouldBeError(HttpStatusCode.Forbidden, "forbidden");
        (await another.SendAsync(HttpMethod.Post, $"{Jobs}/recurring/remove", Form("stays"), token)).ShouldBeError(HttpStatusCode.Forbidden, "forbidden");
        (await browser.SendAsync(HttpMethod.Post, $"{Jobs}/stats")).ShouldBeError(HttpStatusCode.Forbidden, "forbidden");
        Recurring().ShouldContain("stays");
        (await _app.SqlAsync("select count(*) from audit_entries")).ShouldBe(entries);
    }

    [Fact]
    public async Task A_command_is_done_and_kept_in_the_audit_trail()
    {
        var browser = await ConsoleBrowser.OpenAsync(_app, AdminRole.Admin);
        AddRecurring("goes");
        var token = await browser.TokenAsync(Jobs);
        ((int)(await browser.SendAsync(HttpMethod.Post, $"{Jobs}/recurring/remove", Form("goes"), token)).Status).ShouldBeInRange(200, 299);
        Recurring().ShouldNotContain("goes");
        (await _app.LastAuditAsync()).ShouldBe("""commanded background_jobs 0 - {"jobs": ["goes"], "command": "/recurring/remove"}""");
        (await _app.SqlAsync($"select count(*) from audit_entries where subject_type = 'background_jobs' and admin_id = {browser.AdminId}")).ShouldBe(1L);
        // Its pages ask for their numbers all the time; that is no command.
        (await browser.SendAsync(HttpMethod.Post, $"{Jobs}/stats", Form("x"), token)).ShouldBe(HttpStatusCode.OK);
        (await _app.SqlAsync($"select count(*) from audit_entries where subject_type = 'background_jobs' and admin_id = {browser.AdminId}")).ShouldBe(1L);
    }

    [Fact]
    public async Task What_Hangfire_does_not_know_is_not_found()
    {
        var browser = await ConsoleBrowser.OpenAsync(_app, AdminRole.Admin);
        (await browser.GetAsync($"{Jobs}/nothing/here")).ShouldBeError(HttpStatusCode.NotFound, "not_found");
    }

    private static FormUrlEncodedContent Form(string job) => new([new("jobs[]", job)]);

    private void AddRecurring(string id) =>
        _app.Services.GetRequiredService<IRecurringJobManager>().AddOrUpdate<CleanSessions>(id, j => j.RunAsync(CancellationToken.None), Cron.Never());

    private List<string> Recurring()
    {
        using var connection = _app.Services.GetRequiredService<JobStorage>().GetConnection();
        return [.. connection.GetRecurringJobs().Select(j => j.Id)];
    }

    [GeneratedRegex(@"<script(?![^>]*\ssrc=)|<style|\son\w+\s*=\s*[""']")]
    private static partial Regex InlineScript();

    [GeneratedRegex("(?:<script src|<link rel=\"stylesheet\" href)=\"(?<address>/[^\"]+)\"")]
    private static partial Regex Addresses();
}
