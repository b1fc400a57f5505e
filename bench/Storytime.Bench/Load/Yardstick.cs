using System.Globalization;
using System.Text.RegularExpressions;
using Storytime.LocalCloud.Orchestration;

namespace Storytime.Bench.Load;

/// <summary>
/// How fast the machine was during a run: two things that no change of the product makes faster or slower. The targets were set on a machine where they took as long as is
/// written here; machines that are shared differ by some times from it, and from themselves an hour ago.
/// </summary>
/// <param name="SignatureMicros">Processor time of an RSA-2048 signature, as <c>openssl speed</c> makes it: what programs compute.</param>
/// <param name="PointQueryMicros">Processor time of PostgreSQL for a row by its key, prepared, as pgbench asks.</param>
internal sealed partial record Yardstick(double SignatureMicros, double PointQueryMicros)
{
    private const double TargetsSignature = 224;
    private const double TargetsPointQuery = 16;

    /// <returns>What so much would have been there.</returns>
    public double There(double appMicros, double databaseMicros) => (appMicros * TargetsSignature / SignatureMicros) + (databaseMicros * TargetsPointQuery / PointQueryMicros);

    public static readonly string Text = $"{TargetsSignature} µs and {TargetsPointQuery} µs";

    public static async Task<Yardstick> MeasureAsync(Generators generators, LoadDatabase database, CancellationToken ct) =>
        new(await SignatureAsync(ct), await generators.PointQueryAsync(database, ct));

    private static async Task<double> SignatureAsync(CancellationToken ct)
    {
        var (_, output) = await ChildProcess.RunAsync(new ChildStart("openssl", ["speed", "-seconds", "2", "-mr", "rsa2048"]), ct);
        return Signing().Match(output) is { Success: true } found
            ? 1e6 / double.Parse(found.Groups[1].Value, CultureInfo.InvariantCulture)
            : throw new InvalidOperationException($"openssl speed said nothing that can be read: {output}");
    }

    [GeneratedRegex(@"\+F2:\d+:2048:([\d.]+):")]
    private static partial Regex Signing();
}
