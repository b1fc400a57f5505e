namespace Storytime.Reporting;

internal static class ReportsSetup
{
    public static void AddReports(this IServiceCollection services) => services.AddSingleton<MinutesWatched>().AddSingleton<Viewings>().AddSingleton<ReportTurns>();
}
