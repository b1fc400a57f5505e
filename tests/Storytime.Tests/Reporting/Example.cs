using Storytime.Reporting;
using Storytime.Rights;

namespace Storytime.Tests.Reporting;

/// <summary>A statement's input with little in it: June 2026, thirty days, contracts that hold all year.</summary>
internal sealed record Example
{
    public static readonly DateOnly June = new(2026, 6, 1);

    public DateOnly Month { get; init; } = June;
    public long? Pool { get; init; }
    public long All { get; init; }
    public BookDay[] Usage { get; init; } = [];
    public Dictionary<long, BookOfMonth> Books { get; init; } = new() { [1] = new("Moon", 0), [2] = new("Sun", 0), [3] = new("Star", 0) };
    public ContractTerms[] Contracts { get; init; } = [];
    public Dictionary<long, TermHistory> Terms { get; init; } = [];
    public EarlierMonth[] Earlier { get; init; } = [];

    public StatementInput Input() =>
        new(new StatementPublisher(3, "Owl House", "Ada", "owl@example.com"), Month, "USD", Pool, All, Usage, Books, Contracts, Terms, Earlier);

    public StatementContent Compute() => StatementCalculation.Compute(Input());

    public static ContractTerms Contract(long id, PaymentModel model, int? bps = null, long? fee = null, long? guarantee = null, GuaranteeBasis? basis = null) =>
        new(id, $"Contract {id}", new DateOnly(2026, 1, 1), new DateOnly(2026, 12, 31), null, model, bps, fee, guarantee, basis);

    public static BookDay Watched(long book, int day, long seconds) => new(book, June.AddDays(day - 1), seconds);
}
