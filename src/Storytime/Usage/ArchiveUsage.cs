using System.Security.Cryptography;
using Hangfire;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;
using Storytime.Data;
using Storytime.Platform;

namespace Storytime.Usage;

/// <summary>
/// Job, every day: writes days that are closed into the archive, the oldest first. A closed day never changes, so each is written once; after a crash before its row is
/// stored, the same object is written again.
/// </summary>
internal sealed partial class ArchiveUsage(
    StorytimeDb db, NpgsqlDataSource database, ArchiveFile file, ArchiveBucket bucket, IOptions<ArchiveOptions> options, TimeProvider time, ILogger<ArchiveUsage> log)
{
    /// <summary>Of one run; the rest comes in later ones.</summary>
    private const int MostDays = 40;

    private const int KeyBytes = 32;

    /// <summary>From a day's midnight until nothing of it can come in any more: the day, the age up to which events are taken, and an hour for what is being stored.</summary>
    private static readonly TimeSpan _closedAfter = TimeSpan.FromDays(1) + IncomingEvent.MaxAge + TimeSpan.FromHours(1);

    /// <summary>From the first month that is kept, so that each of its days, with events or without, is known to be archived.</summary>
    private const string DaysSql = $"""
        select day::date from generate_series({Partitions.OldestEvents}::timestamp, $1::timestamp, interval '1 day') as day
        where not exists (select from archived_days a where a.day = day.day::date)
        order by 1 limit $2
        """;

    /// <summary>
    /// Keys that nothing will be written with any more: of months that are archived as a whole, those whose events are gone, and, where the archive is off (<c>$1</c>), those
    /// that ended before <c>$2</c>.
    /// </summary>
    private const string ForgetSql = $"""
        delete from archive_keys k
        where (select count(*) from archived_days d where d.day >= k.month and d.day < k.month + interval '1 month')
                = extract(day from k.month + interval '1 month' - interval '1 day')
            or k.month < {Partitions.OldestEvents}
            or ($1 and k.month + interval '1 month' <= $2::timestamp)
        """;

    /// <summary>From a month's end until its key goes where the archive is off; should it only have been off for a while, it went on by then.</summary>
    private static readonly TimeSpan _unusedKeysLast = TimeSpan.FromDays(65);

    /// <summary>Whether events that count for a day are not rolled up yet; in a cluster that it was just restored into, all of them.</summary>
    private const string IsOpenSql = $"""
        select exists (
            select from usage_events e, roll_up_marks m
            where {WatchTime.BearsUponDay}
                and (e.transaction_id >= m.watermark or m.system_identifier <> (select system_identifier from pg_control_system())))
        """;

    /// <exception cref="AggregateException">At the end, with what kept days from being archived; the others are, and the next run tries these again.</exception>
    [AutomaticRetry(Attempts = 0, OnAttemptsExceeded = AttemptsExceededAction.Delete)]
    public async Task RunAsync(CancellationToken ct)
    {
        await using var turn = await AdvisoryLock.TryTakeAsync(database, "archive-usage", ct);
        if (turn is null)
            return;
        await ForgetKeysAsync(ct);
        if (!options.Value.Enabled)
            return;
        List<Exception> failures = [];
        foreach (var day in await ReadDaysAsync(Days.Of(time.Now() - _closedAfter), ct))
        {
            try
            {
                if (await IsOpenAsync(day, ct))
                    Log.StillOpen(log, day);
                else
                    await ArchiveAsync(day, ct);
            }
            // Whatever it is, it may be that day's alone, and should not keep the days after it.
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                Log.Failed(log, e, day);
                failures.Add(e);
                db.ChangeTracker.Clear();
            }
        }
        await ForgetKeysAsync(ct);
        if (failures.Count > 0)
            throw new AggregateException($"{failures.Count} days could not be archived.", failures);
    }

    private async Task ArchiveAsync(DateOnly day, CancellationToken ct)
    {
        await using var content = TemporaryFile();
        var (rows, events) = await file.WriteAsync(day, await KeyOfAsync(day, ct), content, ct);
        var size = 0L;
        if (rows > 0)
        {
            size = content.Length;
            await bucket.PutAsync(day, content, ct);
        }
        db.ArchivedDays.Add(ArchivedDay.Of(day, events, size, time.Now()));
        await db.SaveChangesAsync(ct);
        Log.Archived(log, day, events, size);
    }

    /// <summary>Stored before anything is written with it: all days of a month have one key.</summary>
    private async Task<byte[]> KeyOfAsync(DateOnly day, CancellationToken ct)
    {
        var month = Months.Of(day);
        if (await db.ArchiveKeys.AsNoTracking().SingleOrDefaultAsync(k => k.Month == month, ct) is { } known)
            return known.Key;
        var key = RandomNumberGenerator.GetBytes(KeyBytes);
        db.ArchiveKeys.Add(ArchiveKey.For(month, key));
        await db.SaveChangesAsync(ct);
        db.ChangeTracker.Clear();
        return key;
    }

    /// <summary>From then on nobody can tell whose the hashes were.</summary>
    private async Task ForgetKeysAsync(CancellationToken ct)
    {
        await using var command = database.CreateCommand(ForgetSql);
        command.Parameters.Add(new() { Value = !options.Value.Enabled });
        command.Parameters.Add(new() { Value = Days.Of(time.Now() - _unusedKeysLast) });
        await command.ExecuteNonQueryAsync(ct);
    }

    private async Task<List<DateOnly>> ReadDaysAsync(DateOnly last, CancellationToken ct)
    {
        await using var command = database.CreateCommand(DaysSql);
        command.Parameters.Add(new() { Value = last });
        command.Parameters.Add(new() { Value = MostDays });
        List<DateOnly> days = [];
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            days.Add(reader.GetFieldValue<DateOnly>(0));
        return days;
    }

    private async Task<bool> IsOpenAsync(DateOnly day, CancellationToken ct)
    {
        await using var command = database.CreateCommand(IsOpenSql);
        command.CommandTimeout = 600;
        command.Parameters.Add(new() { Value = day });
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }

    /// <summary>Nobody else may read it, as .NET makes such files, and it is gone with this process.</summary>
    private static FileStream TemporaryFile() => new(
        Path.GetTempFileName(),
        new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.ReadWrite, Share = FileShare.None, Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous });

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "{Day} is in the archive: {Events} events in {Bytes} bytes")]
        public static partial void Archived(ILogger logger, DateOnly day, long events, long bytes);

        [LoggerMessage(LogLevel.Warning, "{Day} is not archived yet: some of its events are not rolled up; the next run, tomorrow, will try again")]
        public static partial void StillOpen(ILogger logger, DateOnly day);

        [LoggerMessage(LogLevel.Error, "{Day} could not be archived; the next run, tomorrow, will try again")]
        public static partial void Failed(ILogger logger, Exception e, DateOnly day);
    }
}
