using System.Globalization;
using System.Runtime.CompilerServices;
using Storytime.Reporting;
using Storytime.Rights;

namespace Storytime.Tests.Reporting;

/// <summary>The example that docs/statements.md works by hand, held against the program.</summary>
public sealed class StatementGuideTests
{
    private static readonly DateOnly _june = new(2026, 6, 1);
    private static readonly DateOnly _july = new(2026, 7, 1);

    private static readonly ContractTerms _streaming = new(
        1, "Streaming", new DateOnly(2026, 6, 16), new DateOnly(2027, 6, 15), null, PaymentModel.Hybrid, 3_000, 20_000, 53_000, GuaranteeBasis.Monthly);
    private static readonly ContractTerms _classics = new(
        2, "Classics", new DateOnly(2026, 6, 1), new DateOnly(2027, 5, 31), null, PaymentModel.RevShare, 1_000, null, 50_000, GuaranteeBasis.Term);

    private static readonly StatementInput _inJune = new(
        new StatementPublisher(3, "Owl House", null, null), _june, "USD", PoolCents: 1_000_000, AllSeconds: 700_000,
        [new BookDay(11, new DateOnly(2026, 6, 10), 20_000), new BookDay(11, new DateOnly(2026, 6, 20), 25_000), new BookDay(12, new DateOnly(2026, 6, 20), 12_000)],
        new Dictionary<long, BookOfMonth> { [11] = new("Moon", 8), [12] = new("Sun", 3) },
        [_streaming, _classics], new Dictionary<long, TermHistory>(), []);

    private readonly string _guide = Guide();

    [Fact]
    public void June_is_as_worked_by_hand()
    {
        var june = StatementCalculation.Compute(_inJune);
        june.Lines.Select(l => l.AmountCents).ShouldBe([10_714, 5_143, 10_000, 643, 6_429, 1_714, 50_000, -8_143]);
        june.TotalCents.ShouldBe(76_500);
        Table("The statement of June").ShouldBe(Rows(june));
        foreach (var steps in june.Facts.Contracts.Select(Steps))
            steps.ShouldBeSubsetOf(Cells());
    }

    [Fact]
    public void July_is_as_worked_by_hand()
    {
        var july = StatementCalculation.Compute(InJuly());
        july.Lines.Select(l => l.AmountCents).ShouldBe([90_000, 54_000, 20_000, 521, 30_000, 18_000, 368, -41_857]);
        july.TotalCents.ShouldBe(171_032);
        Table("The statement of July").ShouldBe(Rows(july));
        foreach (var steps in july.Facts.Contracts.Select(Steps))
            steps.ShouldBeSubsetOf(Cells());
    }

    /// <summary>3,000 seconds of 25 June came in, and 2,000 of other publishers' books.</summary>
    private static StatementInput InJuly()
    {
        var june = StatementCalculation.Compute(_inJune);
        var (streaming, classics) = (june.Facts.Contracts[0], june.Facts.Contracts[1]);
        var history = new TermHistory(8_143, 50_000, 50_000);
        return _inJune with
        {
            Month = _july,
            PoolCents = 1_240_000,
            AllSeconds = 620_000,
            Usage = [new BookDay(11, new DateOnly(2026, 7, 5), 150_000), new BookDay(12, new DateOnly(2026, 7, 5), 90_000)],
            Books = new Dictionary<long, BookOfMonth> { [11] = new("Moon", 12), [12] = new("Sun", 9) },
            Terms = new Dictionary<long, TermHistory> { [2] = history },
            Earlier =
            [
                new EarlierMonth(_june, june.Facts.PoolCents, 705_000,
                [
                    new EarlierContract(streaming, streaming.Seconds, june.Facts.AllSeconds, 40_000, 26_500),
                    new EarlierContract(classics, classics.Seconds, june.Facts.AllSeconds, 60_000, 8_143),
                ]),
            ],
        };
    }

    /// <summary>The table under a heading, without its head.</summary>
    private string[] Table(string heading) =>
    [
        .. _guide.Split('\n').SkipWhile(l => !l.EndsWith($"# {heading}", StringComparison.Ordinal)).Skip(1).TakeWhile(l => !l.StartsWith('#'))
            .Where(l => l.StartsWith('|')).Skip(2),
    ];

    /// <summary>What the tables of steps end in.</summary>
    private string[] Cells() => [.. _guide.Split('\n').Where(l => l.StartsWith('|')).Select(l => l.Trim('|', ' ').Split(" | ")[^1])];

    private static string[] Steps(StatementContract contract) => contract.Term is { } term
        ? [Money(contract.RevenueShareCents), Money(term.UnrecoupedCents), Money(term.EarnedCents)]
        : [Money(contract.RevenueShareCents), Money(contract.FeeCents)];

    private static IEnumerable<string> Rows(StatementContent statement) => statement.Lines
        .Select(l => Row(
            Storytime.Platform.Json.Name(l.Kind), l.ContractId == 1 ? "Streaming" : "Classics", l.BookId is null ? "" : l.Description,
            l.ForMonth?.ToString("yyyy-MM", CultureInfo.InvariantCulture),
            l.SecondsWatched == 0 ? "" : l.SecondsWatched.ToString("N0", CultureInfo.InvariantCulture), $"{l.Children}", Money(l.AmountCents)))
        .Append(Row("**total**", "", "", "", "", "", $"**{Money(statement.TotalCents)}**"));

    private static string Row(params string?[] cells) => "|" + string.Concat(cells.Select(c => string.IsNullOrEmpty(c) ? " |" : $" {c} |"));

    private static string Money(long cents) => (cents / 100m).ToString("N2", CultureInfo.InvariantCulture);

    private static string Guide([CallerFilePath] string here = "") =>
        File.ReadAllText(Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../../docs/statements.md")));
}
