using System.Diagnostics;
using System.Globalization;

namespace Storytime.Bench.Load;

/// <summary>
/// The real app under load beside PostgreSQL alone, in turn: each round does every workload and then its ceiling, so that what else the machine does meets both. What is to be
/// compared is the processor time of an operation, and its ratio to the ceiling.
/// </summary>
internal static class LoadBench
{
    /// <summary>As long as the runtime takes to compile the hot paths for good.</summary>
    private const int WarmUpSeconds = 10;

    /// <param name="scripts">The folder bench/.</param>
    /// <returns>0 when every answer was a success and nothing was lost.</returns>
    public static async Task<int> RunAsync(LoadOptions options, string scripts, CancellationToken ct)
    {
        Directory.CreateDirectory(options.Files);
        await using var database = await LoadDatabase.StartAsync(options, ct);
        await using var data = database.Open();
        await using var app = await PublishedApp.StartAsync(options, database.ConnectionString, ct);
        await app.SignInAsync(options, ct);
        var callers = new Callers(options, app, data);
        await callers.MakeAsync(ct);

        var generators = new Generators(options, scripts);
        var run = new LoadRun(options, app, database, data, generators, callers.Hash.Iterations);
        List<Measured> all = [.. Workloads.All(options, generators.Sql, await callers.MakeQueriesAsync(ct)).Where(w => options.Wants(w.Name)).Select(w => new Measured(w))];
        all.RemoveAll(m => m.Workload.HalfOf is { } whole && all.TrueForAll(other => other.Workload.Name != whole));
        if (all.Count == 0)
            throw new InvalidOperationException("There is no such workload.");
        var freshMb = Cpu.MemoryOf(app.ProcessId) / 1e6;
        await WarmUpAsync(run, all, ct);
        var started = Stopwatch.GetTimestamp();
        List<Yardstick> yardsticks = [];
        for (var round = 1; round <= options.Rounds; round++)
        {
            yardsticks.Add(await Yardstick.MeasureAsync(generators, database, ct));
            await RoundAsync(run, all, round, ct);
        }
        yardsticks.Add(await Yardstick.MeasureAsync(generators, database, ct));

        var facts = await Facts.ReadAsync(options, callers.Hash.Name, data, freshMb, app.Start, new Yardstick(Measured.Median(yardsticks, y => y.SignatureMicros), Measured.Median(yardsticks, y => y.PointQueryMicros)), Stopwatch.GetElapsedTime(started), ct);
        await Results.WriteAsync(Path.Combine(scripts, "results"), facts, all, ct);
        return all.TrueForAll(m => m.Errors == 0) ? 0 : 1;
    }

    private static async Task WarmUpAsync(LoadRun run, List<Measured> all, CancellationToken ct)
    {
        foreach (var measured in all)
        {
            Console.WriteLine($"  … Warming up {measured.Workload.Name}");
            await run.WarmUpAsync(measured, WarmUpSeconds, ct);
            if (measured.Refusal.Length > 0)
                Console.WriteLine($"    not all answers are a success: {measured.Refused}");
        }
    }

    private static async Task RoundAsync(LoadRun run, List<Measured> all, int round, CancellationToken ct)
    {
        foreach (var measured in all)
        {
            var saturation = measured.Workload.HalfOf is { } whole ? all.Single(m => m.Workload.Name == whole).Rounds[^1].PerSecond : (double?)null;
            await run.MeasureAsync(measured, saturation, ct);
            await run.MeasureCeilingAsync(measured, ct);
            var (sample, ceiling) = (measured.Rounds[^1], measured.Ceilings.LastOrDefault());
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  round {round}: {measured.Workload.Name,-17} {sample.PerSecond,9:0.0}/s {sample.AppMicros + sample.DatabaseMicros,12:0} µs, alone {ceiling?.Micros ?? 0,10:0} µs"));
        }
    }
}
