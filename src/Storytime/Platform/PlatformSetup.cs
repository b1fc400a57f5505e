using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Scalar.AspNetCore;
using Storytime.Data;
using Storytime.Platform.Auth;
using Storytime.Platform.Errors;
using Storytime.Platform.Mails;
using Storytime.Platform.OpenApi;

namespace Storytime.Platform;

/// <summary>What every feature stands on: settings, errors, JSON, authentication, limits, documentation, health.</summary>
internal static class PlatformSetup
{
    /// <param name="generated">Serializers made by the compiler; the others are made at run time.</param>
    /// <param name="examples">Bodies for the OpenAPI document.</param>
    public static void AddPlatform(this WebApplicationBuilder builder, IJsonTypeInfoResolver generated, Func<IEnumerable<ApiExample>> examples)
    {
        var services = builder.Services;
        // Secrets that operators know by these names, from the environment of the process or of its secret store.
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["CloudFront:KeyPairId"] = builder.Configuration["CLOUDFRONT_KEY_PAIR_ID"] ?? builder.Configuration["CloudFront:KeyPairId"],
            ["CloudFront:PrivateKeyPem"] = builder.Configuration["CLOUDFRONT_PRIVATE_KEY_PEM"] ?? builder.Configuration["CloudFront:PrivateKeyPem"],
        });

        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 1024 * 1024;
        });
        services.AddSingleton(TimeProvider.System);

        // Before AddProblemDetails, so that it is asked first.
        services.AddSingleton<IProblemDetailsWriter, ErrorEnvelopeWriter>();
        services.AddProblemDetails();
        services.AddExceptionHandler(o =>
        {
            o.StatusCodeSelector = e => e switch
            {
                BadHttpRequestException bad => bad.StatusCode,
                UnavailableException => 503,
                _ when DatabaseErrors.IsGone(e) => 404,
                _ => 500,
            };
            // Two who change the same thing at once are no fault of ours.
            o.SuppressDiagnosticsCallback = context => DatabaseErrors.IsGone(context.Exception);
        });
        // Otherwise bad JSON ends in an empty 400 outside development, and nobody learns what was wrong with it.
        services.Configure<RouteHandlerOptions>(o => o.ThrowOnBadRequest = true);
        services.ConfigureHttpJsonOptions(o =>
        {
            Json.Configure(o.SerializerOptions);
            o.SerializerOptions.TypeInfoResolverChain.Insert(0, generated);
        });
        services.AddValidation();
        services.Configure<RouteOptions>(o =>
        {
            o.SetParameterPolicy<IdConstraint>("id");
            o.SetParameterPolicy<UuidConstraint>("uuid");
            o.SetParameterPolicy<MonthConstraint>("month");
        });

        services.AddStorytimeAuth();
        services.AddRedis();
        services.AddStorytimeRateLimits();
        services.AddSettings<ProxyOptions>("Proxies");
        services.AddOptions<ForwardedHeadersOptions>().Configure<IOptions<ProxyOptions>>((forwarded, proxies) =>
        {
            forwarded.ForwardedHeaders = proxies.Value.Networks.Length > 0 ? ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto : ForwardedHeaders.None;
            // As many hops as there are proxies that we know; the first address that is none of them is the client's.
            forwarded.ForwardLimit = null;
            forwarded.KnownProxies.Clear();
            forwarded.KnownIPNetworks.Clear();
            foreach (var network in proxies.Value.Networks)
                forwarded.KnownIPNetworks.Add(System.Net.IPNetwork.Parse(network));
        });
        services.AddMails();
        services.AddSettings<CorsOptions>("Cors");
        services.AddCors();
        services.AddOptions<Microsoft.AspNetCore.Cors.Infrastructure.CorsOptions>().Configure<IOptions<CorsOptions>>((cors, ours) =>
            cors.AddDefaultPolicy(p => p.WithOrigins(ours.Value.Origins).AllowAnyHeader().AllowAnyMethod().AllowCredentials().SetPreflightMaxAge(TimeSpan.FromHours(1))));

        services.AddStorytimeOpenApi(examples);
        services.AddSingleton<DatabaseHealth>();
        services.AddHealthChecks().AddCheck<DatabaseHealth>("database", tags: ["ready"]);
    }

    public static void UsePlatform(this WebApplication app)
    {
        app.UseForwardedHeaders();
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.Use(RefuseOtherCharsets);
        app.Use(KeepOutOfCaches);
        app.UseRouting();
        app.UseCors();
        app.UseAuthentication();
        // Some limits go by the account of the caller.
        app.UseRateLimiter();
        app.UseAuthorization();

        app.MapOpenApi("/openapi/{documentName}.json").AllowAnonymous();
        app.MapScalarApiReference("/docs", o => o.WithTitle("Storytime API").WithOpenApiRoutePattern("/openapi/{documentName}.json")).AllowAnonymous();
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false, ResponseWriter = WriteHealth }).AllowAnonymous();
        app.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = c => c.Tags.Contains("ready"), ResponseWriter = WriteHealth }).AllowAnonymous();
    }

    /// <summary>JSON is UTF-8 (RFC 8259); ASP.NET answers a charset that it does not know with an exception.</summary>
    private static Task RefuseOtherCharsets(HttpContext http, RequestDelegate next)
    {
        if (!MediaTypeHeaderValue.TryParse(http.Request.ContentType, out var type) || type.Charset.Length == 0 || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase)
            || type.Charset.Equals("\"utf-8\"", StringComparison.OrdinalIgnoreCase))
            return next(http);
        http.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
        return Task.CompletedTask;
    }

    /// <summary>Answers of the API are one family's, and some hold tokens (RFC 6749, section 5.1).</summary>
    private static Task KeepOutOfCaches(HttpContext http, RequestDelegate next)
    {
        if (http.Request.Path.StartsWithSegments("/api") || http.Request.Path.StartsWithSegments("/admin/api"))
            http.Response.Headers.CacheControl = "no-store";
        return next(http);
    }

    private static Task WriteHealth(HttpContext http, HealthReport report) => report.Status == HealthStatus.Healthy
        ? http.Response.WriteAsJsonAsync(new Dictionary<string, string> { ["status"] = "healthy" })
        : new ApiError(503, "unavailable", string.Join(' ', report.Entries.Values.Select(e => e.Description).OfType<string>())).ExecuteAsync(http);
}
