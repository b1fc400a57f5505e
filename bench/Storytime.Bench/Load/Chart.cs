using System.Globalization;
using System.Net;
using System.Text;

namespace Storytime.Bench.Load;

/// <summary>
/// Bars of processor time for an operation, as SVG: app and PostgreSQL, below them what PostgreSQL takes alone, and a mark where the target is. What takes milliseconds or
/// seconds has a scale of its own, or nothing would be left of the rest.
/// </summary>
internal static class Chart
{
    private const int Width = 960;
    private const int Left = 300;
    private const int Right = 110;
    private const int Row = 44;

    /// <summary>Up to how many microseconds an operation belongs to which part, and its unit.</summary>
    private static readonly (double Until, string Unit, double Micros)[] _parts = [(10_000, "µs", 1), (1_000_000, "ms", 1_000), (double.PositiveInfinity, "s", 1_000_000)];

    private const string App = "#3b6fb5", Database = "#6aa84f", Alone = "#b7b7b7", Target = "#c0392b";

    public static string Draw(Facts facts, List<Measured> all)
    {
        var (svg, y) = (new StringBuilder(), 84);
        var rest = all;
        foreach (var (until, unit, micros) in _parts)
        {
            y = Part(svg, y, facts.Yardstick, [.. rest.Where(m => m.MicrosThere(facts.Yardstick) < until)], $"{unit} of CPU per operation", micros);
            rest = [.. rest.Where(m => m.MicrosThere(facts.Yardstick) >= until)];
        }
        var head = new StringBuilder();
        head.Append(CultureInfo.InvariantCulture, $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {y}" font-family="DejaVu Sans, Verdana, sans-serif" font-size="13">""").Append('\n');
        head.Append(CultureInfo.InvariantCulture, $"""<rect width="{Width}" height="{y}" fill="#ffffff"/>""").Append('\n');
        Write(head, 16, 26, $"Storytime, CPU per operation, {facts.At:yyyy-MM-dd}, commit {facts.Commit}", size: 16);
        Write(head, 16, 46, $"{facts.Machine}; as it would be on the machine of the targets", size: 11, colour: "#666666");
        var x = 16;
        foreach (var (colour, name) in ((string, string)[])[(App, "app"), (Database, "PostgreSQL"), (Alone, "alone (pgbench; the hash, for passwords)"), (Target, "target")])
        {
            Bar(head, x, 56, 12, 12, colour);
            Write(head, x + 18, 67, name, size: 12);
            x += 40 + (8 * name.Length);
        }
        return $"{head}{svg}</svg>\n";
    }

    /// <returns>Where the next part begins.</returns>
    private static int Part(StringBuilder svg, int y, Yardstick yardstick, List<Measured> rows, string title, double unit)
    {
        if (rows.Count == 0)
            return y;
        var longest = rows.Max(m => Math.Max(m.MicrosThere(yardstick), Math.Max(AloneThere(m) ?? 0, m.Workload.TargetMicros ?? 0)));
        var scale = (Width - Left - Right) / longest;
        Write(svg, 16, y + 16, title, size: 12, colour: "#666666");
        y += 26;
        foreach (var m in rows)
        {
            var (own, server) = (yardstick.There(m.AppMicros, 0) * scale, yardstick.There(0, m.DatabaseMicros) * scale);
            Write(svg, Left - 10, y + 16, m.Workload.What, anchor: "end");
            Bar(svg, Left, y + 4, own, 16, App);
            Bar(svg, Left + own, y + 4, server, 16, Database);
            Write(svg, Left + own + server + 6, y + 16, Number(m.MicrosThere(yardstick) / unit), size: 12);
            if (AloneThere(m) is { } alone)
            {
                Bar(svg, Left, y + 22, alone * scale, 8, Alone);
                Write(svg, Left + (alone * scale) + 6, y + 30, Number(alone / unit), size: 10, colour: "#666666");
            }
            if (m.Workload.TargetMicros is { } target)
                Bar(svg, Left + (target * scale) - 1, y, 2, 34, Target);
            y += Row;
        }
        return y + 10;

        double? AloneThere(Measured m) => m.CeilingMicros is not { } alone ? null : m.Workload.Hashes ? yardstick.There(alone, 0) : yardstick.There(0, alone);
    }

    private static string Number(double number) => number.ToString("#,##0.#", CultureInfo.InvariantCulture);

    private static void Bar(StringBuilder svg, double x, double y, double width, double height, string colour) => svg
        .Append(CultureInfo.InvariantCulture, $"""<rect x="{x:0.#}" y="{y:0.#}" width="{Math.Max(0, width):0.#}" height="{height:0.#}" fill="{colour}"/>""").Append('\n');

    private static void Write(StringBuilder svg, double x, double y, string text, int size = 13, string colour = "#222222", string anchor = "start") => svg
        .Append(CultureInfo.InvariantCulture, $"""<text x="{x:0.#}" y="{y:0.#}" font-size="{size}" fill="{colour}" text-anchor="{anchor}">{WebUtility.HtmlEncode(text)}</text>""").Append('\n');
}
