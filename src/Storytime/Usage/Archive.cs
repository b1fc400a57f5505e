using Microsoft.EntityFrameworkCore;
using Storytime.Data;

namespace Storytime.Usage;

/// <summary>Section <c>Archive</c>: closed days of usage events as Parquet in the output bucket, for engines that scale out. docs/analytics.md</summary>
public sealed record ArchiveOptions
{
    public bool Enabled { get; init; } = true;
}

internal static class Archive
{
    /// <summary>Whether all days from one up to another (not with it) are in the archive: only then may their events go.</summary>
    public static async Task<bool> IsArchivedAsync(this StorytimeDb db, DateOnly from, DateOnly until, CancellationToken ct) =>
        await db.ArchivedDays.CountAsync(d => d.Day >= from && d.Day < until, ct) == until.DayNumber - from.DayNumber;
}
