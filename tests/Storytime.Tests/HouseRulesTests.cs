using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Storytime.Tests;

/// <summary>Holds the rules of STYLE.md that a compiler does not know against the source.</summary>
public sealed partial class HouseRulesTests
{
    /// <summary>Modules from the ground up; those in one row may use each other.</summary>
    private static readonly string[][] _tiers =
    [
        ["Platform"], ["Data"], ["Accounts"], ["Children"], ["Usage"], ["Catalog", "Rights", "Videos"], ["Library"], ["Playback"], ["Privacy"], ["Reporting"], ["Admin"],
    ];

    [Fact]
    public void Modules_use_only_modules_below_them()
    {
        var height = _tiers.SelectMany((tier, i) => tier.Select(module => (module, i))).ToDictionary(t => t.module, t => t.i);
        var wrong =
            from file in SourceFiles()
            let module = Path.GetRelativePath(SourceFolder(), file).Split('/')[0]
            where height.ContainsKey(module)
            // The one place that names all entities, and its history.
            where !file.EndsWith("Data/StorytimeDb.cs", StringComparison.Ordinal) && !file.Contains("/Migrations/", StringComparison.Ordinal)
            from use in UsedModules().Matches(File.ReadAllText(file)).Select(m => m.Groups["module"].Value).Distinct()
            where height.ContainsKey(use) && height[use] > height[module]
            // Platform's tables (audit, jobs) are kept through Data, which names nothing above itself.
            where !(module == "Platform" && use == "Data")
            select $"{Path.GetRelativePath(SourceFolder(), file)} uses {use}, which stands above {module}.";
        wrong.ShouldBeEmpty();
    }

    [Fact]
    public void Nothing_reads_the_system_clock()
    {
        var wrong = SourceFiles().Where(f => SystemClock().IsMatch(File.ReadAllText(f))).Select(f => Path.GetRelativePath(SourceFolder(), f));
        wrong.ShouldBeEmpty("Take a TimeProvider, or now as an argument.");
    }

    [Fact]
    public void There_is_something_to_check() => SourceFiles().Count().ShouldBeGreaterThan(40);

    private static IEnumerable<string> SourceFiles() => Directory.EnumerateFiles(SourceFolder(), "*.cs", SearchOption.AllDirectories)
        .Where(f => !f.Contains("/bin/", StringComparison.Ordinal) && !f.Contains("/obj/", StringComparison.Ordinal));

    private static string SourceFolder([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../src/Storytime"));

    /// <summary>Written in full, or as <c>Rights.PublisherStatus</c> from within the namespace.</summary>
    [GeneratedRegex(@"\bStorytime\.(?<module>[A-Z]\w+)\b|(?<![.\w])(?<module>Accounts|Children|Catalog|Rights|Videos|Library|Usage|Playback|Privacy|Reporting|Admin)\.[A-Z]\w+")]
    private static partial Regex UsedModules();

    [GeneratedRegex(@"DateTime(Offset)?\s*\.\s*(UtcNow|Now|Today)\b|Thread\.Sleep")]
    private static partial Regex SystemClock();
}
