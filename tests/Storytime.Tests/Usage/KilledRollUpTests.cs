using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Storytime.Tests.Testing;
using Storytime.Usage;

namespace Storytime.Tests.Usage;

public sealed class KilledRollUpTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    private const int Kills = 100;
    private const int Writers = 4;
    private const int Children = 60;
    private const long FirstChild = 1_000_000;

    /// <summary>
    /// Transactions that store events end out of order, some after a while, some never; the roll-up is cut off wherever it is. What it then says must be what the plain model says of
    /// the events that were stored, and what a roll-up of everything says that begins with nothing.
    /// </summary>
    [Fact]
    public async Task A_roll_up_that_is_killed_a_hundred_times_while_events_come_in_forgets_and_repeats_nothing()
    {
        _ = app.Services;
        await app.AddChildrenAsync(FirstChild, Children);
        using var done = new CancellationTokenSource();
        var writers = Enumerable.Range(1, Writers).Select(seed => Task.Run(() => WriteAsync(new Random(seed), done))).ToList();
        await KillAsync(new Random(7));
        await done.CancelAsync();
        await Task.WhenAll(writers);
        await app.RollUpAsync();

        var (days, sums) = (await app.DaysAsync(), await app.SumsAsync());
        var expected = PlainWatchTime.Days(await app.EventsAsync());
        expected.Count.ShouldBeGreaterThan(Children);
        days.ShouldBeTheSameAs(expected);
        sums.ShouldBeTheSameAs(PlainWatchTime.Sums(expected));

        await app.SqlAsync("truncate viewing_days, daily_usages, usage_totals; update roll_up_marks set watermark = 0");
        // In steps, this time. Not above: the same days come again in each, and the writers would be faster.
        var events = (long)(await app.SqlAsync("select count(*) from usage_events"))!;
        await using var database = new NpgsqlDataSourceBuilder($"{app.ConnectionString};Options=-c TimeZone=UTC").Build();
        var stepwise = new RollUp(database, app.Clock, NullLogger<RollUp>.Instance) { StepEvents = (int)(events / 7) };
        await stepwise.RunAsync(wait: null, CancellationToken.None);
        await app.RollUpAsync();
        (await app.DaysAsync()).ShouldBeTheSameAs(days);
        (await app.SumsAsync()).ShouldBeTheSameAs(sums);
    }

    private async Task WriteAsync(Random random, CancellationTokenSource done)
    {
        var midnight = (long)(new DateTimeOffset(app.Now.Year, app.Now.Month, 1, 0, 0, 0, TimeSpan.Zero) - DateTimeOffset.UnixEpoch).TotalMicroseconds;
        string[] types = ["play_start", "heartbeat", "heartbeat", "heartbeat", "pause"];
        await using var connection = await app.ConnectAsync();
        while (!done.IsCancellationRequested)
        {
            await using var transaction = await connection.BeginTransactionAsync();
            for (var batches = random.Next(1, 4); batches > 0; batches--)
            {
                await connection.StoreAsync([.. Enumerable.Range(0, random.Next(1, 20)).Select(_ => new PlainEvent(
                    FirstChild + random.Next(Children), random.Next(1, 4), random.Next(3) == 0 ? null : random.Next(1, 3), types[random.Next(types.Length)],
                    midnight + random.NextInt64(-3_600_000_000, 3_600_000_000), Guid.NewGuid(), random.Next(100), random.Next(4) == 0 ? 12 : 11, random.Next(5) == 0 ? "GB" : "US"))]);
                // Held open, so that what began earlier is over later.
                await Task.Delay(random.Next(10) == 0 ? random.Next(150) : random.Next(8));
            }
            if (random.Next(5) == 0)
                await transaction.RollbackAsync();
            else
                await transaction.CommitAsync();
        }
    }

    private async Task KillAsync(Random random)
    {
        // Its own connections, by whose name they are found.
        const string Name = "doomed-roll-up";
        await using var database = new NpgsqlDataSourceBuilder($"{app.ConnectionString};Application Name={Name};Options=-c TimeZone=UTC").Build();
        var rollUp = new RollUp(database, app.Clock, NullLogger<RollUp>.Instance);
        var (kills, through, longest) = (0, 0, 40.0);
        for (var run = 0; kills < Kills; run++)
        {
            run.ShouldBeLessThan(20 * Kills, "It ends before it can be killed.");
            using var cancel = new CancellationTokenSource();
            var begun = System.Diagnostics.Stopwatch.GetTimestamp();
            var running = Task.Run(() => rollUp.RunAsync(wait: null, cancel.Token));
            // Now and then it gets through, as it would between crashes.
            if (run % 5 > 0)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(random.NextDouble() * longest));
                if (run % 2 == 0)
                    await app.SqlAsync($"select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name = '{Name}' and datname = current_database()");
                else
                    await cancel.CancelAsync();
            }
            try
            {
                await running;
                through++;
                longest = Math.Clamp(System.Diagnostics.Stopwatch.GetElapsedTime(begun).TotalMilliseconds, 10, 300);
            }
            catch (Exception e) when (e is OperationCanceledException or NpgsqlException)
            {
                kills++;
            }
        }
        through.ShouldBeGreaterThan(Kills / 10);
    }
}
