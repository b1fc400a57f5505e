using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Auth;

namespace Storytime.Admin.Dashboard;

/// <summary>What needs a person now, and how it goes.</summary>
/// <param name="Catalog">For editors and admins; null for others.</param>
/// <param name="Money">For finance and admins; null for others.</param>
public sealed record DashboardResponse(DateTimeOffset At, DashboardCatalog? Catalog, DashboardMoney? Money, DashboardWatching Watching);

/// <param name="Total">How many there are.</param>
/// <param name="First">At most ten of them, the most urgent first.</param>
public sealed record DashboardList<T>(int Total, IReadOnlyList<T> First);

public sealed record DashboardBook(long BookId, string Title);

internal static class ReadDashboard
{
    internal const int First = 10;

    /// <summary>What needs a person now, as far as the caller's role may see it, and what was watched in the last 30 days.</summary>
    [EndpointName("read_dashboard")]
    public static async Task<Ok<DashboardResponse>> Handle(
        Staff staff, StorytimeDb db, [FromKeyedServices(DataSetup.Reports)] NpgsqlDataSource reports, TimeProvider time, CancellationToken ct)
    {
        var now = time.Now();
        // At the same time, because it has a connection of its own.
        var (needs, watching) = (NeedsAsync(staff.Role, db, now, ct), RecentWatching.ReadAsync(reports, Days.Of(now), ct));
        await Task.WhenAll(needs, watching);
        return TypedResults.Ok(new DashboardResponse(now, (await needs).Catalog, (await needs).Money, await watching));
    }

    private static async Task<(DashboardCatalog? Catalog, DashboardMoney? Money)> NeedsAsync(AdminRole role, StorytimeDb db, DateTimeOffset now, CancellationToken ct) =>
        (role is AdminRole.Admin or AdminRole.Editor ? await CatalogNeeds.ReadAsync(db, now, ct) : null,
            role is AdminRole.Admin or AdminRole.Finance ? await MoneyNeeds.ReadAsync(db, Days.Of(now), ct) : null);

    /// <summary>The query must be ordered.</summary>
    internal static async Task<DashboardList<T>> FirstAsync<T>(this IQueryable<T> rows, CancellationToken ct)
    {
        var first = await rows.Take(First).ToListAsync(ct);
        return new DashboardList<T>(first.Count < First ? first.Count : await rows.CountAsync(ct), first);
    }
}
