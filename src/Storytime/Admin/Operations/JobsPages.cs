using Hangfire;
using Hangfire.Dashboard;
using Microsoft.AspNetCore.Antiforgery;
using Storytime.Admin.Shell;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Platform.Errors;

namespace Storytime.Admin.Operations;

/// <summary>
/// Hangfire's own pages, for admins. Its usual mapping would ask for the jobs' storage when the node starts, which must do without; and it would leave no trace of who
/// deleted or repeated which job.
/// </summary>
internal static class JobsPages
{
    public const string Path = "/admin/jobs";

    /// <summary>In the audit trail. Jobs of some storages have no number, so that what was commanded stands in the entry.</summary>
    public const string AuditSubject = "background_jobs";

    /// <summary>Its states have colours in <c>style</c> attributes; style sheets, scripts and fonts come from its own addresses, its icon is a <c>data:</c> one.</summary>
    public const string ContentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
        + "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

    private const int LongestCommand = 200;

    private const int MostJobs = 100;

    private static readonly ApiError _gone = new(503, "unavailable", "The storage of the jobs does not answer. Try again in a minute; families and the rest of the console do not need it.");

    private static readonly DashboardOptions _options = Prepare();

    public static void MapJobsPages(this IEndpointRouteBuilder app) => app.Map(Path + "/{**page}", ShowAsync).RequireAuthorization(Policy.Admin).ExcludeFromDescription();

    /// <summary>Once: Hangfire keeps what its pages are made of in static fields.</summary>
    private static DashboardOptions Prepare()
    {
        DashboardRoutes.AddStylesheet(typeof(JobsPages).Assembly, "jobs.css");
        DashboardRoutes.AddJavaScript(typeof(JobsPages).Assembly, "jobs.js");
        return new DashboardOptions
        {
            AppPath = "/admin/operations",
            DashboardTitle = "Storytime jobs",
            // The policy of the route says who may.
            Authorization = [],
            IgnoreAntiforgeryToken = false,
            DisplayStorageConnectionString = false,
            StatsPollingInterval = 5000,
        };
    }

    private static async Task ShowAsync(HttpContext http)
    {
        if (!await http.RequestServices.GetRequiredService<IAntiforgery>().IsRequestValidAsync(http))
        {
            await CookieWrites.NoToken.ExecuteAsync(http);
            return;
        }
        var (path, pathBase) = (http.Request.Path, http.Request.PathBase);
        try
        {
            // Sets Hangfire's log, which it has in a static field.
            http.RequestServices.GetRequiredService<IGlobalConfiguration>();
            var storage = http.RequestServices.GetRequiredService<JobStorage>();
            // It finds its pages, and makes its links, by what stands before them.
            path.StartsWithSegments(Path, out var page);
            (http.Request.PathBase, http.Request.Path) = (pathBase + Path, page.HasValue ? page : "/");
            if (IsCommand(http))
                await RecordAsync(http);
            await new AspNetCoreDashboardMiddleware(NotFound, storage, _options, DashboardRoutes.Routes).Invoke(http);
        }
        catch (Exception e) when (ReadOperations.IsStorageGone(e) && !http.Response.HasStarted)
        {
            await _gone.ExecuteAsync(http);
        }
        finally
        {
            (http.Request.PathBase, http.Request.Path) = (pathBase, path);
        }
    }

    /// <summary>Its pages also ask for their numbers with a POST.</summary>
    private static bool IsCommand(HttpContext http) =>
        HttpMethods.IsPost(http.Request.Method) && http.Request.Path != "/stats" && DashboardRoutes.Routes.FindDispatcher(http.Request.Path.Value) is not null;

    /// <summary>Before it is done: the jobs' storage may be another one than the database, and then no transaction holds both.</summary>
    private static async Task RecordAsync(HttpContext http)
    {
        var ct = http.RequestAborted;
        var jobs = http.Request.HasFormContentType ? (await http.Request.ReadFormAsync(ct))["jobs[]"] : default;
        var command = http.Request.Path.Value!;
        var db = http.RequestServices.GetRequiredService<StorytimeDb>();
        db.AuditEntries.Add(AuditEntry.Of(
            new Staff(http.User.Id(Claim.Subject), Enum.Parse<AdminRole>(http.User.FindFirst(Claim.Role)!.Value)), "commanded", AuditSubject, 0, null,
            new { Command = command[..Math.Min(command.Length, LongestCommand)], Jobs = jobs.Take(MostJobs).ToArray() }, http.RequestServices.GetRequiredService<TimeProvider>().Now()));
        await db.SaveChangesAsync(ct);
    }

    private static Task NotFound(HttpContext http) => ApiError.NotFound("page").ExecuteAsync(http);
}
