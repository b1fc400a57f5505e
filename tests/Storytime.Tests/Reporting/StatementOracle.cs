using System.Numerics;
using Storytime.Reporting;
using Storytime.Rights;
using static Storytime.Tests.Reporting.OracleAccount;

namespace Storytime.Tests.Reporting;

/// <summary>
/// Statements worked out from the definitions in docs/statements.md: day by day, contract by contract, in fractions. It keeps books of its own over the months and reads
/// no statement; it has nothing in common with the code that it is held against.
/// </summary>
internal sealed class StatementOracle
{
    private readonly List<OracleAccount> _accounts = [];
    private readonly Dictionary<long, BigInteger> _paid = [];
    private readonly Dictionary<long, BigInteger> _advanced = [];

    public sealed record Result(List<StatementContentLine> Lines, List<StatementContract> Contracts, List<StatementAdjustment> Adjustments);

    /// <summary>The statement of the ledger's present month.</summary>
    public Result Next(Ledger ledger)
    {
        var month = ledger.Now;
        var result = new Result([], [], []);
        for (long id = 0; id < 200; id++)
            Work(id, ledger, result);
        result.Adjustments.Sort((a, b) => (a.Month, a.ContractId).CompareTo((b.Month, b.ContractId)));

        var sharing = _accounts.Where(a => a.Month == month && a.Terms.PaymentModel != PaymentModel.FlatFee).SelectMany(a => a.Days).ToHashSet();
        result.Lines.AddRange(ByBook(month, [.. DaysOf(month.First).Where(day => !sharing.Contains(day))])
            .Select(b => BookLine(StatementLineKind.Usage, null, b.Key, b.Value, 0, ledger)));
        return result;
    }

    private void Work(long id, Ledger ledger, Result result)
    {
        var month = ledger.Now;
        var terms = ledger.Contracts.FirstOrDefault(c => c.Id == id);
        DateOnly[] days = terms is null ? [] : [.. DaysOf(month.First).Where(day => Holds(terms, day))];
        List<StatementContentLine> lines = [];
        BigInteger share = 0, fee = 0, earnedNow = 0;
        var earnedBefore = Cumulative(id);

        if (days.Length > 0)
        {
            var account = new OracleAccount(month, terms!, days) { Seconds = ByBook(month, days).Values.Sum(), AllSeconds = month.All };
            share = account.Share().Rounded();
            if (terms!.PaymentModel != PaymentModel.FlatFee)
                lines.AddRange(ShareLines(account, share, ledger));
            fee = account.Fee();
            if (fee > 0)
                lines.Add(Line(StatementLineKind.FlatFee, terms, fee));
            account.Earned = account.EarnedNow();
            if (account.Earned > share + fee)
                lines.Add(Line(StatementLineKind.MonthlyGuarantee, terms, account.Earned - share - fee));
            earnedNow = account.Earned;
            _accounts.Add(account);
        }

        foreach (var account in _accounts.Where(a => a.Terms.Id == id && a.Month != month))
        {
            var now = account.EarnedNow();
            if (now == account.Earned)
                continue;
            var seconds = ByBook(account.Month, account.Days).Values.Sum();
            var line = Line(StatementLineKind.Adjustment, account.Terms, now - account.Earned);
            lines.Add(line with { ForMonth = account.Month.First, SecondsWatched = seconds - account.Seconds });
            result.Adjustments.Add(new StatementAdjustment(
                account.Month.First, id, account.Seconds, seconds, account.AllSeconds, account.Month.All, (long)account.Earned, (long)now));
            earnedNow += now - account.Earned;
            (account.Earned, account.Seconds, account.AllSeconds) = (now, seconds, account.Month.All);
        }

        if (days.Length == 0 && lines.Count == 0)
            return;
        var last = _accounts.Last(a => a.Terms.Id == id);
        if (last.Terms.MinimumGuaranteeBasis == GuaranteeBasis.Term)
        {
            BigInteger guarantee = last.Terms.MinimumGuaranteeCents!.Value;
            var (paid, advanced) = (_paid.GetValueOrDefault(id), _advanced.GetValueOrDefault(id));
            var payment = BigInteger.Max(guarantee, Cumulative(id)) - paid;
            if (guarantee != advanced)
                lines.Add(Line(StatementLineKind.Advance, last.Terms, guarantee - advanced));
            if (payment != earnedNow + guarantee - advanced)
                lines.Add(Line(StatementLineKind.Recoupment, last.Terms, payment - earnedNow - (guarantee - advanced)));
            result.Contracts.Add(Facts(last, days, share, fee, guarantee, new StatementTerm(
                (long)earnedBefore, (long)Cumulative(id), (long)advanced, (long)paid, (long)BigInteger.Max(0, guarantee - Cumulative(id)))));
            (_paid[id], _advanced[id]) = (paid + payment, guarantee);
        }
        else
        {
            BigInteger? guarantee = last.Terms.MinimumGuaranteeCents is { } cents
                ? new Rational(cents * (BigInteger)days.Length, DaysOf(month.First).Length).Rounded()
                : null;
            result.Contracts.Add(Facts(last, days, share, fee, guarantee, null));
            _paid[id] = _paid.GetValueOrDefault(id) + earnedNow;
        }
        result.Lines.AddRange(lines);

        StatementContract Facts(OracleAccount a, DateOnly[] held, BigInteger shareCents, BigInteger feeCents, BigInteger? guaranteeCents, StatementTerm? term) => new(
            id, a.Terms.Name, a.Terms.StartDate, a.Terms.EndDate, a.Terms.TerminatedOn, held.Length > 0 ? held[0] : null, held.Length > 0 ? held[^1] : null,
            held.Length, DaysOf(month.First).Length, a.Terms.PaymentModel, a.Terms.RevShareBps, a.Terms.FlatFeeCents, a.Terms.MinimumGuaranteeCents,
            a.Terms.MinimumGuaranteeBasis, ByBook(month, held).Values.Sum(), (long)shareCents, (long)feeCents, (long?)guaranteeCents, term);
    }

    private BigInteger Cumulative(long id) => _accounts.Where(a => a.Terms.Id == id).Aggregate(BigInteger.Zero, (sum, a) => sum + a.Earned);

    /// <summary>Gives out the cents that are missing one by one, each to the book that lacks most.</summary>
    private static IEnumerable<StatementContentLine> ShareLines(OracleAccount account, BigInteger share, Ledger ledger)
    {
        var books = ByBook(account.Month, account.Days);
        var exact = books.ToDictionary(b => b.Key, b => account.Share(b.Value));
        var given = exact.ToDictionary(b => b.Key, b => b.Value.Floor());
        for (var left = share - given.Values.Aggregate(BigInteger.Zero, (a, b) => a + b); left > 0; left--)
        {
            var neediest = books.Keys.Order().Aggregate((best, book) => (exact[book] - given[book]).CompareTo(exact[best] - given[best]) > 0 ? book : best);
            given[neediest]++;
        }
        return books.Select(b => BookLine(StatementLineKind.RevenueShare, account.Terms.Id, b.Key, b.Value, given[b.Key], ledger));
    }

    private static StatementContentLine Line(StatementLineKind kind, ContractTerms terms, BigInteger cents) =>
        new(kind, terms.Id, null, null, terms.Name, 0, null, (long)cents);

    private static StatementContentLine BookLine(StatementLineKind kind, long? contractId, long book, long seconds, BigInteger cents, Ledger ledger) =>
        new(kind, contractId, book, null, ledger.Books[book].Title, seconds, ledger.Books[book].Children < 5 ? null : ledger.Books[book].Children, (long)cents);
}
