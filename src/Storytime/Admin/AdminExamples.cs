using Storytime.Admin.Dashboard;
using Storytime.Platform.Auth;
using Storytime.Platform.OpenApi;
using Storytime.Videos;

namespace Storytime.Admin;

internal static class AdminExamples
{
    private const string Email = "editor@example.com";
    private const string Title = "The Moon Boat";
    private const string Publisher = "Lantern Press";

    public static IEnumerable<ApiExample> All =>
    [
        new(new AdminLoginRequest(Email, "correct horse battery", "492039")),
        new(new AdminLoginResponse(
            new AdminResponse(3, Email, AdminRole.Editor, ApiExample.Earlier), "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIzIn0.c2lnbmF0dXJl", ApiExample.Now.AddHours(8))),
        new(new DashboardResponse(
            ApiExample.Now,
            new DashboardCatalog(
                new(1, [new(77, 123, Title, ProcessingStatus.Failed, "The master has no sound that can be decoded.", ApiExample.Earlier)]),
                new(0, []),
                new(1, [new(11, 124, "Owls at Noon", "GB", ApiExample.Now.AddDays(20))]),
                new(1, [new(125, "A Very Small Fox")]),
                new(1, [new(123, Title)])),
            new DashboardMoney(
                [new("2026-01", new(1, [new(5, Publisher, 412)]), 1)], new(1, [new(31, "Lantern Press 2026", 5, Publisher, new DateOnly(2026, 3, 31))]), [new("2026-01", "USD", 1)]),
            new DashboardWatching(
                new DateOnly(2026, 1, 27), new DateOnly(2026, 2, 25), [new(new DateOnly(2026, 2, 25), 1_904.25m, 611, 204)], [new(124, "Owls at Noon", 822.5m, 190)]))),
    ];
}
