using System.Globalization;
using System.Runtime.InteropServices;
using Npgsql;

namespace Storytime.Bench.Load;

/// <summary>Where, when and of what the numbers are.</summary>
internal sealed record Facts
{
    public required DateTimeOffset At { get; init; }

    public required string Commit { get; init; }

    public required string Machine { get; init; }

    public required string Software { get; init; }

    public required string Data { get; init; }

    public required string Rounds { get; init; }

    public required string Hash { get; init; }

    /// <summary>Of the app, before the load.</summary>
    public required double FreshMb { get; init; }

    /// <summary>From the start of the program to its first answer that it is ready, in seconds.</summary>
    public required double ReadySeconds { get; init; }

    /// <summary>Medians of before, between and after the rounds.</summary>
    public required Yardstick Yardstick { get; init; }

    public static async Task<Facts> ReadAsync(LoadOptions options, string hash, NpgsqlDataSource data, double freshMb, TimeSpan start, Yardstick yardstick, TimeSpan took, CancellationToken ct)
    {
        await using var command = data.CreateCommand("select current_setting('server_version')");
        var postgres = (string)(await command.ExecuteScalarAsync(ct))!;
        return new Facts
        {
            At = TimeProvider.System.GetUtcNow(),
            Commit = options.Commit,
            Machine = Text($"{Processor()}, {Environment.ProcessorCount} cores shared by app, PostgreSQL and load, {Memory() / 1e9:0} GB, {RuntimeInformation.OSDescription}"),
            Software = $"{RuntimeInformation.FrameworkDescription}, PostgreSQL {postgres} with {string.Join(", ", LoadDatabase.Settings)}; Roles={options.Roles}, Production",
            Data = Text($"{Seed.Parents:N0} parents, {Seed.Children:N0} children, {options.Books:N0} books, 1,000,000 library items, {Seed.Sittings * Seed.EventsOfASitting * (long)options.Scale:N0} events over {Seed.Days} days"),
            Rounds = Text($"medians of {options.Rounds} rounds of {options.Seconds} s for each workload and for its ceiling, in turn; {took.TotalMinutes:0} minutes"),
            Hash = hash,
            FreshMb = freshMb,
            ReadySeconds = start.TotalSeconds,
            Yardstick = yardstick,
        };
    }

    private static string Processor() => File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim()
        ?? RuntimeInformation.ProcessArchitecture.ToString();

    private static double Memory() => double.Parse(
        File.ReadLines("/proc/meminfo").First(l => l.StartsWith("MemTotal:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
