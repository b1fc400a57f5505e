using Storytime.Platform;

namespace Storytime.Reporting;

internal static class ReportingSetup
{
    public static void AddReporting(this IServiceCollection services)
    {
        services.AddSettings<StatementOptions>("Statements");
        services.AddScoped<RecomputeDrafts>();
    }
}
