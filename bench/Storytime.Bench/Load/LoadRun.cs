using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace Storytime.Bench.Load;

/// <summary>Does a workload, or its ceiling, for a while, and takes down what it cost.</summary>
internal sealed class LoadRun(LoadOptions options, PublishedApp app, LoadDatabase database, NpgsqlDataSource data, Generators generators, int hashIterations)
{
    /// <summary>Compiled, connected, prepared and cached before it is measured; and asked what it answers.</summary>
    public async Task WarmUpAsync(Measured measured, int seconds, CancellationToken ct)
    {
        var workload = measured.Workload;
        if (workload.Call is { } call)
        {
            var (_, refused) = await CallAsync(call, TimeSpan.FromSeconds(seconds), ct);
            measured.Refusal = refused.FirstOrDefault("");
            return;
        }
        var result = await generators.WrkAsync(workload, app.Address, seconds, ct, "check=1");
        (measured.Statuses, measured.Refusal) = (result.Statuses, result.Refused);
    }

    /// <param name="saturation">Requests a second of <see cref="Workload.HalfOf"/>.</param>
    public async Task MeasureAsync(Measured measured, double? saturation, CancellationToken ct)
    {
        var workload = measured.Workload;
        var (from, own, server) = (TimeProvider.System.GetUtcNow(), Cpu.SecondsOf(app.ProcessId), Cpu.SecondsOfServer(database.Postmaster));
        var result = workload.Call is { } call ? await TimeAsync(call, ct) : await generators.WrkAsync(workload, app.Address, options.Seconds, ct, Think(workload, saturation));
        (own, server) = (Cpu.SecondsOf(app.ProcessId) - own, Cpu.SecondsOfServer(database.Postmaster) - server);
        if (result.Requests == 0)
            throw new InvalidOperationException($"{workload.Name} had no answer at all; give it more --seconds, or see {Path.Combine(options.Files, "app.log")}.");
        var operations = (double)result.Requests * workload.OperationsPerRequest;
        var expected = (result.Requests - result.NotSuccess) * workload.OperationsPerRequest;
        measured.Rounds.Add(new Sample
        {
            PerSecond = result.PerSecond,
            P50Ms = result.P50Micros / 1000,
            P99Ms = result.P99Micros / 1000,
            AppMicros = own / operations * 1e6,
            DatabaseMicros = server / operations * 1e6,
            MemoryMb = Cpu.MemoryOf(app.ProcessId) / 1e6,
            Refused = result.NotSuccess,
            SocketErrors = result.SocketErrors,
            Lost = workload.Written is null ? 0 : Math.Max(0, expected - await CountAsync(workload.Written, from, ct)),
        });
        // To note each status would have cost the generator time, so it is asked again what is refused, and why.
        if (result.NotSuccess > 0 && workload.Call is null)
            await WarmUpAsync(measured, 1, ct);
        else if (result.Refused.Length > 0)
            measured.Refusal = result.Refused;
    }

    public async Task MeasureCeilingAsync(Measured measured, CancellationToken ct)
    {
        var workload = measured.Workload;
        if (workload.Hashes)
        {
            measured.Ceilings.Add(Hash());
        }
        else if (workload.Ceiling.Length > 0)
        {
            var server = Cpu.SecondsOfServer(database.Postmaster);
            var transactions = await generators.PgbenchAsync(workload, database, options.Seconds, ct);
            await Generators.EndedAsync(ct);
            server = Cpu.SecondsOfServer(database.Postmaster) - server;
            measured.Ceilings.Add(new((double)transactions / options.Seconds, server / transactions / workload.OperationsPerRequest * 1e6));
        }
    }

    /// <summary>Half as fast: each connection waits until two rounds of all would have gone by. Its own answer takes some of that.</summary>
    private static string[] Think(Workload workload, double? saturation) =>
        saturation is { } rate ? [string.Create(CultureInfo.InvariantCulture, $"think_ms={Math.Max(1, (2000 * workload.Connections / rate) - 3):0.0}")] : [];

    private async Task<WrkResult> TimeAsync(StaffCall call, CancellationToken ct)
    {
        var started = Stopwatch.GetTimestamp();
        var (times, refused) = await CallAsync(call, TimeSpan.FromSeconds(options.Seconds), ct);
        var micros = Stopwatch.GetElapsedTime(started).TotalMicroseconds;
        times.Sort();
        return new(times.Count, micros, times[times.Count / 2], times[(int)Math.Ceiling(times.Count * 0.99) - 1], refused.Count, 0, [], refused.FirstOrDefault(""));
    }

    /// <summary>One after the other, the last one to its end.</summary>
    /// <returns>Microseconds of each, and what was said by those that are no success.</returns>
    private async Task<(List<double> Times, List<string> Refused)> CallAsync(StaffCall call, TimeSpan span, CancellationToken ct)
    {
        var (times, refused, began) = (new List<double>(), new List<string>(), Stopwatch.GetTimestamp());
        do
        {
            var started = Stopwatch.GetTimestamp();
            using var request = new HttpRequestMessage(call.Body is null ? HttpMethod.Get : HttpMethod.Post, new Uri(call.Path, UriKind.Relative));
            if (call.Body is not null)
                request.Content = new StringContent(call.Body, Encoding.UTF8, "application/json");
            using var answer = await app.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
            if (answer.IsSuccessStatusCode)
                await answer.Content.CopyToAsync(Stream.Null, ct);
            else
                refused.Add($"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(ct)}");
            times.Add(Stopwatch.GetElapsedTime(started).TotalMicroseconds);
        }
        while (Stopwatch.GetElapsedTime(began) < span);
        return (times, refused);
    }

    private async Task<long> CountAsync(string sql, DateTimeOffset from, CancellationToken ct)
    {
        await using var command = data.CreateCommand(sql);
        command.Parameters.Add(new() { Value = from });
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }

    /// <summary>Of SHA-512, as Identity makes them today; the numbers are the same for all passwords.</summary>
    private CeilingSample Hash()
    {
        const int Hashes = 10;
        using var self = Process.GetCurrentProcess();
        var (started, before) = (Stopwatch.GetTimestamp(), self.TotalProcessorTime);
        for (var i = 0; i < Hashes; i++)
            Rfc2898DeriveBytes.Pbkdf2(Callers.Password, new byte[16], hashIterations, HashAlgorithmName.SHA512, 32);
        self.Refresh();
        return new(Hashes / Stopwatch.GetElapsedTime(started).TotalSeconds, (self.TotalProcessorTime - before).TotalMicroseconds / Hashes);
    }
}
