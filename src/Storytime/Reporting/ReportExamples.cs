using Storytime.Platform;
using Storytime.Platform.OpenApi;

namespace Storytime.Reporting;

internal static class ReportExamples
{
    private static readonly DateOnly _from = new(2026, 1, 1);
    private static readonly DateOnly _to = new(2026, 2, 28);

    public static IEnumerable<ApiExample> All =>
    [
        new(new MinutesWatchedResponse(_from, _to, "month,publisher",
            [
                new(null, "2026-01", 5, "Lantern Press", null, null, 734_210, 12_236.83m, 1_902, 311, false),
                new(null, "2026-02", 5, "Lantern Press", null, null, 801_377, 13_356.28m, 2_044, 342, false),
            ],
            new(1_535_587, 25_593.12m, 3_946, 405, false), new Pagination(1, Paging.DefaultPerPage, 2, 1)), "By month and publisher"),
        new(new MinutesWatchedResponse(_from, _to, "book",
            [
                new(null, null, 5, "Lantern Press", 123, "The Moon Boat", 801_377, 13_356.28m, 2_044, 342, false),
                new(null, null, 5, "Lantern Press", 124, "Owls at Noon", null, null, null, null, true),
                new(null, null, 5, "Lantern Press", 125, "A Very Small Fox", null, null, null, null, true),
            ],
            new(804_020, 13_400.33m, 2_061, 343, false), new Pagination(1, Paging.DefaultPerPage, 3, 1)), "By book for a publisher"),
        new(new CompletionResponse(_from, _to, [new(123, "The Moon Boat", 1_204, 963, 0.7998m), new(126, "Not measured", 7, null, null)], new Pagination(1, Paging.DefaultPerPage, 2, 1))),
        new(new DropOffResponse(123, "The Moon Boat", 90, 1_204, [.. Enumerable.Range(0, 21).Select(n => new DropOffPoint(5 * n, 4.5m * n, 1_204 - 16 * n, Math.Round((1_204 - 16 * n) / 1_204m, 4)))])),
    ];
}
