using System.Numerics;
using Storytime.Reporting;
using Storytime.Rights;

namespace Storytime.Tests.Reporting;

/// <summary>What the oracle knows of one contract in one month: the terms it had then, and what was last accounted for.</summary>
internal sealed record OracleAccount(Ledger.MonthOfUse Month, ContractTerms Terms, DateOnly[] Days)
{
    public BigInteger Earned { get; set; }
    public long Seconds { get; set; }
    public long AllSeconds { get; set; }

    /// <summary>With the usage as it is now.</summary>
    public BigInteger EarnedNow()
    {
        var earned = Share().Rounded() + Fee();
        return Terms.MinimumGuaranteeBasis == GuaranteeBasis.Monthly ? BigInteger.Max(earned, ForDays(Terms.MinimumGuaranteeCents!.Value)) : earned;
    }

    public Rational Share() => Rational.Sum(ByBook(Month, Days).Values.Select(Share));

    public Rational Share(long seconds) => Month.All == 0
        ? BigInteger.Zero
        : new Rational(Month.Pool ?? 0, 1) * new Rational(seconds, Month.All) * new Rational(Terms.RevShareBps ?? 0, 10_000);

    public BigInteger Fee() => ForDays(Terms.FlatFeeCents ?? 0);

    private BigInteger ForDays(long cents) => ((Rational)(BigInteger)cents * new Rational(Days.Length, DaysOf(Month.First).Length)).Rounded();

    /// <summary>Seconds by book, in the order of lines.</summary>
    public static Dictionary<long, long> ByBook(Ledger.MonthOfUse month, DateOnly[] days)
    {
        SortedDictionary<long, long> sums = [];
        foreach (var ((book, day), seconds) in month.Ours)
            if (days.Contains(day) && seconds > 0)
                sums[book] = sums.GetValueOrDefault(book) + seconds;
        return sums.OrderByDescending(s => s.Value).ToDictionary();
    }

    public static bool Holds(ContractTerms terms, DateOnly day) => terms.StartDate <= day && day <= terms.EndDate && !(day > terms.TerminatedOn);

    public static DateOnly[] DaysOf(DateOnly month) => [.. Enumerable.Range(0, 31).Select(month.AddDays).Where(d => d.Month == month.Month)];
}
