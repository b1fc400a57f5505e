namespace Storytime.Reporting;

/// <summary>Seconds of one book on the days that a line is about.</summary>
internal readonly record struct WatchedBook(long BookId, long Seconds)
{
    /// <summary>The books that were watched on these days, in the order of their lines.</summary>
    public static IReadOnlyList<WatchedBook> On(IEnumerable<BookDay> days) =>
    [
        .. days.GroupBy(d => d.BookId).Select(g => new WatchedBook(g.Key, g.Sum(d => d.Seconds))).Where(b => b.Seconds > 0)
            .OrderByDescending(b => b.Seconds).ThenBy(b => b.BookId),
    ];

    public StatementContentLine Line(StatementInput input, StatementLineKind kind, long? contractId, long cents)
    {
        var book = input.Books[BookId];
        return new StatementContentLine(kind, contractId, BookId, ForMonth: null, book.Title, Seconds, SmallCells.Hide(book.Children), cents);
    }
}
