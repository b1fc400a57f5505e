using System.Text;
using CsCheck;
using Storytime.Reporting;
using Storytime.Rights;

namespace Storytime.Tests.Reporting;

/// <summary>Statements as the calculation makes them, and such as it never would.</summary>
internal static class SampleStatements
{
    public const string Hash = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

    private static readonly string[] _titles =
    [
        "Le Petit Bateau de lune", "Où dort l’océan ? Contes du cœur", "Zażółć gęślą jaźń", "Η μικρή γοργόνα και το φεγγάρι", "Маленький ёжик в тумане", "月の小舟とねむる羊たち", "月亮船和五只困倦的小羊",
        "달빛 배와 졸린 양 다섯 마리", "סירת הירח (חלק 2) וחמש כבשים", "Đêm trăng trên dòng sông", "Příběhy žluťoučkého koně", "Ševa’s Çığ", "=SUM(A1:A9)", "The Owl, the \"Mouse\" and the Moon",
        "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaftskapitänsmützenständerpolierlappen und andere lange Wörter", "Rakete 🚀 zum Mond",
    ];

    /// <summary>An issued one: three contracts, an adjustment, usage that is not paid; 40 books in many scripts.</summary>
    public static StatementDocument Sample()
    {
        const long pool = 1_000_000, all = 3_600_000;
        var month = new DateOnly(2026, 1, 1);
        List<StatementContentLine> lines = [];
        var hybridSeconds = Enumerable.Range(0, 24).Select(i => 9_000L - (371 * i)).ToArray();
        var hybrid = Contract(11, "Backlist 2024–2026", PaymentModel.Hybrid, hybridSeconds.Sum(), Share(pool, hybridSeconds.Sum(), all, 2500), 50_000 * 16 / 31) with
        {
            DaysHeld = 16,
            FirstDay = new(2026, 1, 16),
            RevShareBps = 2500,
            FlatFeeCents = 50_000,
            MinimumGuaranteeCents = 200_000,
            MinimumGuaranteeBasis = GuaranteeBasis.Monthly,
            GuaranteeCents = 200_000L * 16 / 31,
        };
        AddBooks(lines, hybrid, hybridSeconds, 0);
        lines.Add(new(StatementLineKind.FlatFee, 11, null, null, hybrid.Name, 0, null, hybrid.FeeCents));
        lines.Add(new(StatementLineKind.MonthlyGuarantee, 11, null, null, hybrid.Name, 0, null, hybrid.GuaranteeCents!.Value - hybrid.FeeCents - hybrid.RevenueShareCents));

        var termSeconds = Enumerable.Range(0, 12).Select(i => 4_000L - (211 * i)).ToArray();
        var earned = Share(pool, termSeconds.Sum(), all, 3000);
        var term = Contract(12, "Nouveautés", PaymentModel.RevShare, termSeconds.Sum(), earned, 0) with
        {
            RevShareBps = 3000,
            MinimumGuaranteeCents = 100_000,
            MinimumGuaranteeBasis = GuaranteeBasis.Term,
            GuaranteeCents = 100_000,
            Term = new StatementTerm(0, earned, 0, 0, 100_000 - earned),
        };
        AddBooks(lines, term, termSeconds, 24);
        lines.Add(new(StatementLineKind.Advance, 12, null, null, term.Name, 0, null, 100_000));
        lines.Add(new(StatementLineKind.Recoupment, 12, null, null, term.Name, 0, null, -earned));
        lines.Add(new(StatementLineKind.Adjustment, 11, null, new DateOnly(2025, 12, 1), hybrid.Name, 1_200, null, 321));
        for (var i = 0; i < 4; i++)
            lines.Add(new(StatementLineKind.Usage, null, 90 + i, null, _titles[^(i + 1)], 600 - (100 * i), i == 0 ? 7 : null, 0));
        var facts = new StatementFacts(
            "Éditions du Hérisson & Søn", "Zoë Łukasik", "factures@herisson.example", pool, all, lines.Where(l => l.Kind != StatementLineKind.Adjustment).Sum(l => l.SecondsWatched), [hybrid, term],
            [new StatementAdjustment(new(2025, 12, 1), 11, 100_000, 101_200, 3_500_000, 3_501_200, 84_012, 84_333)]);
        var content = new StatementContent(7, month, "EUR", facts, lines, lines.Sum(l => l.AmountCents));
        return new StatementDocument(123, StatementStatus.Issued, new DateTimeOffset(2026, 2, 3, 9, 30, 0, TimeSpan.Zero), Hash, content);
    }

    public static readonly StatementOptions From = new()
    {
        CompanyName = "Storytime GmbH",
        CompanyAddress = ["Mondgasse 5", "1070 Wien", "Austria"],
        CompanyEmail = "publishers@storytime.example",
        CompanyTaxId = "VAT ATU12345678",
    };

    /// <summary>Any text, from 0 to 400 lines of any kind, any amounts: also what no calculation makes.</summary>
    public static Gen<StatementDocument> Any { get; } = Gen.Int[0, 3].SelectMany(contracts => Gen.Int[0, 400].SelectMany(count =>
        Gen.Select(Gen.Select(Contracts(contracts), Line(contracts).Array[count], Pool), Gen.Select(Gen.OneOf("USD", "JPY", "BHD", "XXX"), Gen.Bool, AnyText, AnyText)))).Select(all =>
        {
            var ((terms, lines, pool), (currency, issued, name, contact)) = all;
            var facts = new StatementFacts(name, contact, contact, pool, 36_000, 17, terms, []);
            var content = new StatementContent(1, new DateOnly(2026, 2, 1), currency, facts, lines, lines.Sum(l => l.AmountCents));
            return new StatementDocument(5, issued ? StatementStatus.Issued : StatementStatus.Draft, issued ? DateTimeOffset.UnixEpoch : null, issued ? Hash : null, content);
        });

    /// <summary>Text with everything that there is: letters of all scripts, signs of control, halves of surrogate pairs.</summary>
    public static Gen<string> AnyText => Gen.Frequency(
        (3, Gen.OneOf(_titles)),
        (2, Gen.Char.Array[0, 60].Select(c => new string(c))),
        (2, Gen.Int[0, 0x10FFFF].Where(r => Rune.IsValid(r)).Array[0, 40].Select(r => string.Concat(r.Select(v => new Rune(v).ToString())))),
        (1, Gen.Int[1, 300].Select(n => new string('W', n))));

    private static Gen<long> Money => Gen.Frequency((3, Gen.Long[-1_000_000, 1_000_000]), (1, Gen.Long[-9_000_000_000_000, 9_000_000_000_000]), (1, Gen.Const(0L)));

    private static Gen<long?> Pool => Gen.Frequency((1, Gen.Const((long?)null)), (2, Money.Select(m => (long?)m)));

    private static Gen<StatementContract[]> Contracts(int count) => Gen.Select(Gen.Long[0, 10_000_000], Gen.Bool, Gen.Bool, AnyText).Array[count].Select(all =>
        all.Select((c, i) => Contract(i + 1, c.Item4, PaymentModel.Hybrid, 3_600, c.Item1, c.Item1 / 3) with
        {
            RevShareBps = 1234,
            FlatFeeCents = 99,
            MinimumGuaranteeCents = c.Item2 ? c.Item1 : null,
            MinimumGuaranteeBasis = c.Item2 ? GuaranteeBasis.Term : null,
            Term = c.Item2 && c.Item3 ? new StatementTerm(1, 2, 3, 4, 5) : null,
            FirstDay = c.Item3 ? new(2026, 1, 1) : null,
        }).ToArray());

    private static Gen<StatementContentLine> Line(int contracts) => Gen.Select(Gen.Enum<StatementLineKind>(), Gen.Int[1, Math.Max(1, contracts)], AnyText, Gen.Long[0, 10_000_000], Money, Gen.Int[0, 30])
        .Select(all =>
        {
            var (kind, contract, title, seconds, cents, children) = contracts == 0 ? all with { Item1 = StatementLineKind.Usage } : all;
            return new StatementContentLine(
                kind, kind == StatementLineKind.Usage ? null : contract, kind is StatementLineKind.RevenueShare or StatementLineKind.Usage ? 1 + (seconds % 900) : null,
                kind == StatementLineKind.Adjustment ? new DateOnly(2025, 11, 1) : null, title, seconds, children >= 5 ? children : null, cents);
        });

    private static long Share(long pool, long seconds, long all, int bps) => (long)((decimal)pool * seconds * bps / all / 10_000m);

    private static StatementContract Contract(long id, string name, PaymentModel model, long seconds, long share, long fee) => new(
        id, name, new(2024, 6, 1), new(2026, 12, 31), null, new(2026, 1, 1), new(2026, 1, 31), 31, 31, model, null, null, null, null, seconds, share, fee, null, null);

    /// <summary>By largest remainder.</summary>
    private static void AddBooks(List<StatementContentLine> lines, StatementContract contract, long[] seconds, int first)
    {
        var exact = seconds.Select(s => (decimal)contract.RevenueShareCents * s / contract.Seconds).ToArray();
        var cents = exact.Select(e => (long)e).ToArray();
        foreach (var i in exact.Index().OrderByDescending(e => e.Item - decimal.Floor(e.Item)).Take((int)(contract.RevenueShareCents - cents.Sum())).Select(e => e.Index))
            cents[i]++;
        for (var i = 0; i < seconds.Length; i++)
        {
            var title = _titles[(first + i) % _titles.Length] + (first + i < _titles.Length ? "" : $" ({((first + i) / _titles.Length) + 1})");
            lines.Add(new(StatementLineKind.RevenueShare, contract.Id, first + i + 1, null, title, seconds[i], seconds[i] > 2_500 ? (int)(seconds[i] / 300) : null, cents[i]));
        }
    }
}
