namespace Storytime.Bench.Load;

/// <summary>One thing that is measured: many connections with requests of wrk, or, with a <see cref="Call"/>, one call of staff after the other.</summary>
internal sealed record Workload(string Name, string What)
{
    /// <summary>Of bench/wrk/requests.lua.</summary>
    public string Kind { get; init; } = "";

    /// <summary>Given to it, as <c>name=value</c>.</summary>
    public string[] Arguments { get; init; } = [];

    public int Connections { get; init; } = 1;

    public StaffCall? Call { get; init; }

    /// <summary>What the processor time is divided by: events where a request has several.</summary>
    public int OperationsPerRequest { get; init; } = 1;

    /// <summary>Processor time of app and PostgreSQL for one operation that must not be exceeded, in microseconds.</summary>
    public double? TargetMicros { get; init; }

    /// <summary>99 of 100 answers must be there within this.</summary>
    public double? TargetP99Ms { get; init; }

    /// <summary>Arguments of pgbench for what PostgreSQL alone takes for the same; empty when there is no such thing.</summary>
    public string[] Ceiling { get; init; } = [];

    /// <summary>Its ceiling is the hash of a password, as the app makes it, and nothing else.</summary>
    public bool Hashes { get; init; }

    /// <summary>SQL that counts the rows that were written since <c>$1</c>: as many as were answered, at least.</summary>
    public string? Written { get; init; }

    /// <summary>The rate is to be about half of what this one reached, and the latency is what counts.</summary>
    public string? HalfOf { get; init; }
}

/// <param name="Body">JSON to post; null for GET.</param>
internal sealed record StaffCall(string Path, string? Body = null);

/// <summary>What came of a workload in one round.</summary>
internal sealed record Sample
{
    public double PerSecond { get; init; }

    public double P50Ms { get; init; }

    public double P99Ms { get; init; }

    /// <summary>Processor time of one operation, as the next one.</summary>
    public double AppMicros { get; init; }

    public double DatabaseMicros { get; init; }

    /// <summary>Resident memory of the app after it.</summary>
    public double MemoryMb { get; init; }

    /// <summary>Answers other than 2xx.</summary>
    public long Refused { get; init; }

    /// <summary>Connections that failed, and answers that did not come in time.</summary>
    public long SocketErrors { get; init; }

    /// <summary>Rows that were answered for and are not there.</summary>
    public long Lost { get; init; }
}

/// <summary>What PostgreSQL alone takes, or the hash alone, in one round.</summary>
internal sealed record CeilingSample(double PerSecond, double Micros);

/// <summary>All rounds of a workload.</summary>
internal sealed record Measured(Workload Workload)
{
    public List<Sample> Rounds { get; } = [];

    public List<CeilingSample> Ceilings { get; } = [];

    /// <summary>What the first answer said that was no success, with its status; empty when all were.</summary>
    public string Refusal { get; set; } = "";

    /// <summary>How many of which status while it warmed up, or in the second after a round in which not all were a success.</summary>
    public IReadOnlyDictionary<string, long> Statuses { get; set; } = new Dictionary<string, long>();

    /// <summary>Both as a text.</summary>
    public string Refused => $"{string.Join(", ", Statuses.OrderBy(s => s.Key).Select(s => $"{s.Value} × {s.Key}"))}{(Statuses.Count > 0 ? "; " : "")}such as {Refusal}";

    public double AppMicros => Median(r => r.AppMicros);

    public double DatabaseMicros => Median(r => r.DatabaseMicros);

    public double Micros => Median(r => r.AppMicros + r.DatabaseMicros);

    /// <summary>Null where nothing is to be compared.</summary>
    public double? CeilingMicros => Ceilings.Count == 0 ? null : Median(Ceilings, c => c.Micros);

    public double? Ratio => Micros / CeilingMicros;

    /// <summary>The processor time that it would have taken on the machine of the targets.</summary>
    public double MicrosThere(Yardstick yardstick) => Median(r => yardstick.There(r.AppMicros, r.DatabaseMicros));

    public bool Falls(Yardstick yardstick) => MicrosThere(yardstick) > Workload.TargetMicros || Median(r => r.P99Ms) > Workload.TargetP99Ms;

    public long Errors => Rounds.Sum(r => r.Refused + r.SocketErrors + r.Lost);

    public double Median(Func<Sample, double> of) => Median(Rounds, of);

    public static double Median<T>(List<T> all, Func<T, double> of)
    {
        var sorted = all.Select(of).Order().ToList();
        return sorted.Count % 2 == 1 ? sorted[sorted.Count / 2] : (sorted[(sorted.Count / 2) - 1] + sorted[sorted.Count / 2]) / 2;
    }
}
