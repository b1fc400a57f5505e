using Storytime.Reporting;
using Storytime.Rights;

namespace Storytime.Tests.Reporting;

/// <summary>
/// A random publisher's months, one after another: contracts that begin, overlap, are changed and terminated, usage that comes in late. What stands here is the truth
/// as of now; what statements say of it, is not known here.
/// </summary>
internal sealed class Ledger
{
    private const int Longest = 5;
    private readonly Random _random;
    private readonly int _length;
    private readonly long _pools;
    private readonly long _seconds;
    private readonly bool _hasPools;

    public sealed class MonthOfUse(DateOnly first, long? pool)
    {
        public DateOnly First { get; } = first;
        public long? Pool { get; } = pool;
        public Dictionary<(long Book, DateOnly Day), long> Ours { get; } = [];
        public long Others { get; set; }
        public long All => Ours.Values.Sum() + Others;
    }

    /// <param name="years">In one of which it begins.</param>
    /// <param name="hasPools">Whether each month has a pool, so that its statement can be issued.</param>
    public Ledger(int seed, int[]? years = null, bool hasPools = false)
    {
        years ??= [2023, 2024, 2026, 2100];
        _hasPools = hasPools;
        _random = new Random(seed);
        _length = _random.Next(1, Longest + 1);
        // Small numbers make ties and half cents, large ones what overflows.
        (_pools, _seconds) = (Size(13), Size(12));
        Books = Enumerable.Range(0, _random.Next(1, 41)).ToDictionary(i => (long)(7 * i + 1), i => new BookOfMonth($"Book {i}", 0));
        var start = new DateOnly(years[_random.Next(years.Length)], _random.Next(1, 13), 1);
        if (_random.Next(3) == 0)
            start = new DateOnly(start.Year, 2, 1);
        Start = start;
        Contracts = [.. Enumerable.Range(1, _random.Next(0, 7)).Select(id => Contract(100 - id))];
    }

    public DateOnly Start { get; }
    public List<ContractTerms> Contracts { get; private set; }
    public Dictionary<long, BookOfMonth> Books { get; private set; }
    public List<MonthOfUse> Months { get; } = [];
    public MonthOfUse Now => Months[^1];

    /// <summary>Goes on to the next month; what was known of the earlier ones may change with that.</summary>
    public bool Next()
    {
        if (Months.Count == _length)
            return false;
        if (Months.Count > 0)
            Contracts = [.. Contracts.Select(c => _random.Next(4) == 0 ? Changed(c) : c)];
        foreach (var earlier in Months.Where(_ => _random.Next(5) < 2))
            ComeLate(earlier);
        var month = new MonthOfUse(Start.AddMonths(Months.Count), _random.Next(8) == 0 && !_hasPools ? null : Upto(_pools)) { Others = _random.Next(4) == 0 ? 0 : Upto(_seconds) };
        Months.Add(month);
        if (_random.Next(10) > 0)
            Watch(month);
        Books = Books.ToDictionary(b => b.Key, b => b.Value with { Children = _random.Next(12) });
        return true;
    }

    public T[] Shuffled<T>(IEnumerable<T> all)
    {
        T[] shuffled = [.. all];
        _random.Shuffle(shuffled);
        return shuffled;
    }

    private void Watch(MonthOfUse month)
    {
        foreach (var book in Books.Keys.Where(_ => _random.Next(3) > 0))
            for (var n = _random.Next(1, 5); n > 0; n--)
                month.Ours[(book, Day(month.First))] = Upto(_seconds);
    }

    /// <summary>Usage of others alone lowers what this publisher earned; erased usage is as good as never watched.</summary>
    private void ComeLate(MonthOfUse month)
    {
        if (_random.Next(2) == 0)
            month.Others = _random.Next(2) == 0 ? month.Others + Upto(_seconds) : month.Others / 2;
        foreach (var seen in month.Ours.Keys.Where(_ => _random.Next(8) == 0).ToArray())
            month.Ours[seen] = _random.Next(2) == 0 ? month.Ours[seen] / 2 : month.Ours[seen] + Upto(_seconds);
        if (_random.Next(3) == 0)
            month.Ours[(Shuffled(Books.Keys)[0], Day(month.First))] = Upto(_seconds);
    }

    private DateOnly Day(DateOnly month) => month.AddDays(_random.Next(DateTime.DaysInMonth(month.Year, month.Month)));

    private ContractTerms Contract(long id)
    {
        var model = (PaymentModel)_random.Next(3);
        var first = Start.AddDays(_random.Next(-40, 31 * _length));
        GuaranteeBasis? basis = _random.Next(3) switch { 0 => null, 1 => GuaranteeBasis.Monthly, _ => GuaranteeBasis.Term };
        return new ContractTerms(
            id, $"Contract {id}", first, first.AddDays(_random.Next(2) == 0 ? _random.Next(40) : _random.Next(200)), null, model,
            model == PaymentModel.FlatFee ? null : Share(), model == PaymentModel.RevShare ? null : Upto(_pools),
            basis is null ? null : Upto(_pools), basis);
    }

    private ContractTerms Changed(ContractTerms terms)
    {
        // A guarantee may become one over the term, and stays one then.
        var basis = _random.Next(4) == 0 ? GuaranteeBasis.Term : terms.MinimumGuaranteeBasis;
        return terms with
        {
            TerminatedOn = _random.Next(2) == 0 ? Start.AddDays(_random.Next(-10, 31 * _length)) : terms.TerminatedOn,
            Name = terms.Name + "'",
            RevShareBps = terms.RevShareBps is null ? null : Share(),
            FlatFeeCents = terms.FlatFeeCents is null ? null : Upto(_pools),
            MinimumGuaranteeCents = basis is null ? null : Upto(_pools),
            MinimumGuaranteeBasis = basis,
        };
    }

    private int Share() => _random.Next(3) switch { 0 => 10_000, 1 => 500 * _random.Next(21), _ => _random.Next(10_001) };

    private long Upto(long size) => _random.NextInt64(size + 1);

    /// <summary>Up to ten to the power of <paramref name="digits"/>, each order as often.</summary>
    private long Size(int digits) => (long)Math.Pow(10, _random.Next(digits + 1));
}
