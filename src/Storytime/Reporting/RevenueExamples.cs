using Storytime.Platform.OpenApi;

namespace Storytime.Reporting;

internal static class RevenueExamples
{
    public static IEnumerable<ApiExample> All =>
    [
        new(new SetRevenueRequest(1_250_000, "USD")),
        new(new RevenuePeriodResponse("2026-01", 1_250_000, "USD", ApiExample.Earlier, ApiExample.Now)),
    ];
}
