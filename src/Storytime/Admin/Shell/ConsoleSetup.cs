using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.Options;
using MudBlazor;
using MudBlazor.Services;
using Storytime.Admin.Operations;
using Storytime.Admin.SignIn;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Platform.Aws;

namespace Storytime.Admin.Shell;

/// <summary>The admin console: Blazor pages at <c>/admin</c>.</summary>
internal static class ConsoleSetup
{
    public static void AddConsole(this IServiceCollection services)
    {
        services.AddSettings<ConsoleOptions>("Console");
        services.AddConsoleCookie();
        services.AddScoped<ConsoleSessions>();
        services.AddScoped<StaffPasswords>();
        services.AddScoped<StaffFactors>();
        services.AddScoped<StaffAccount>();
        services.AddScoped<Passkeys>();
        services.AddScoped<ShortLived>();
        services.AddScoped<PendingSignIn>();
        services.AddSingleton<Operations>();
        services.AddScoped<Desk>();
        services.AddRazorComponents().AddInteractiveServerComponents(circuits => circuits.DetailedErrors = false);
        services.AddCascadingAuthenticationState();
        services.AddScoped<AuthenticationStateProvider, CircuitAuthentication>();
        services.AddMudServices(mud => mud.SnackbarConfiguration.PositionClass = Defaults.Classes.Position.BottomCenter);
    }

    /// <summary>After authorization, before the routes.</summary>
    public static void UseConsole(this WebApplication app)
    {
        app.Use(CookieWrites.Check);
        app.UseAntiforgery();
        app.Use(ProtectPages);
    }

    public static void MapConsole(this IEndpointRouteBuilder app)
    {
        app.MapStaticAssets().AllowAnonymous();
        app.MapJobsPages();
        app.MapPasskeys();
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode(server => server.ContentSecurityFrameAncestorsPolicy = null)
            // A page says itself who may see it; the circuits, and a page that forgot, are for staff only.
            .Add(endpoint =>
            {
                if (!endpoint.Metadata.Any(m => m is IAuthorizeData or IAllowAnonymous))
                    endpoint.Metadata.Add(new AuthorizeAttribute(Policy.Staff));
            });
    }

    private static async Task ProtectPages(HttpContext http, RequestDelegate next)
    {
        if (!http.Request.Path.StartsWithSegments("/admin") || ConsoleCookie.IsApi(http))
        {
            await next(http);
            return;
        }
        var services = http.RequestServices;
        var cdn = Origin(services.GetRequiredService<IOptions<CdnOptions>>().Value.AddressOf(""));
        var buckets = Buckets(services.GetRequiredService<IOptions<AwsOptions>>().Value);
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = http.Request.Path.StartsWithSegments(JobsPages.Path) ? JobsPages.ContentSecurityPolicy : ContentSecurityPolicy(cdn, buckets);
        headers.CacheControl = "no-store";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        await next(http);
        if (http.GetEndpoint() is null && http.Response is { StatusCode: 404, HasStarted: false })
            await AnswerUnknownAsync(http);
    }

    /// <summary>
    /// As a page for staff would, without being one: a route that takes every address takes those of the API, too, before their 405 and 415.
    /// </summary>
    private static async Task AnswerUnknownAsync(HttpContext http)
    {
        var policy = (await http.RequestServices.GetRequiredService<IAuthorizationPolicyProvider>().GetPolicyAsync(Policy.Staff))!;
        var evaluator = http.RequestServices.GetRequiredService<IPolicyEvaluator>();
        var result = await evaluator.AuthorizeAsync(policy, await evaluator.AuthenticateAsync(policy, http), http, null);
        await new AuthorizationMiddlewareResultHandler().HandleAsync(
            _ => PlainDocument.WriteAsync(http, 404, "There is no such page", "Check the address."), http, policy, result);
    }

    /// <summary>Styles may stand in the page, because MudBlazor sets widths and colours so; scripts may not. Captions begin as an empty data: address that hls.js fills.</summary>
    private static string ContentSecurityPolicy(string cdn, string buckets) =>
        $"default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob: {cdn}; media-src data: blob: {cdn}; "
        + $"connect-src 'self' {cdn} {buckets}; font-src 'self'; frame-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'self'";

    /// <summary>Where files are uploaded to. https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html</summary>
    private static string Buckets(AwsOptions aws) => aws.S3Url is { } url
        ? Origin(url.ToString())
        : string.Join(' ', new[] { aws.MasterBucket, aws.OutputBucket }.SelectMany(b => new[] { $"https://{b}.s3.{aws.Region}.amazonaws.com", $"https://{b}.s3.amazonaws.com" }));

    private static string Origin(string? address) => Uri.TryCreate(address, UriKind.Absolute, out var uri) ? uri.GetLeftPart(UriPartial.Authority) : "";
}
