using System.Globalization;

namespace Storytime.Bench;

/// <summary>Processor time and memory of processes, as Linux counts them (proc(5)).</summary>
internal static class Cpu
{
    private const double TicksPerSecond = 100;

    /// <returns>Seconds that a process has used, user and system.</returns>
    public static double SecondsOf(int processId) => Fields(processId) is { } stat ? (stat[11] + stat[12]) / TicksPerSecond : 0;

    /// <returns>Seconds that a PostgreSQL server and all its backends have used, those that have ended too.</returns>
    public static double SecondsOfServer(int postmaster)
    {
        var seconds = Fields(postmaster) is { } own ? (own[11] + own[12] + own[13] + own[14]) / TicksPerSecond : 0;
        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(f => int.TryParse(Path.GetFileName(f), out _)))
        {
            if (Fields(int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture)) is { } stat && (int)stat[1] == postmaster)
                seconds += (stat[11] + stat[12]) / TicksPerSecond;
        }
        return seconds;
    }

    /// <returns>Resident memory in bytes.</returns>
    public static long MemoryOf(int processId) => long.Parse(
        File.ReadLines($"/proc/{processId}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture) * 1024;

    /// <summary>Those after the name, which may hold blanks: 0 is the state, 1 the parent, 11 to 14 are the times.</summary>
    private static double[]? Fields(int processId)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{processId}/stat");
            return [.. stat[(stat.LastIndexOf(')') + 2)..].Split(' ').Select(f => double.TryParse(f, CultureInfo.InvariantCulture, out var number) ? number : 0)];
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or IOException)
        {
            return null;
        }
    }
}
