using Storytime.Data;

namespace Storytime.Reporting;

/// <param name="Territory">ISO 3166-1 alpha-2, <c>ZZ</c> for what is not known.</param>
/// <param name="ForPublisher">Whether it may leave the house: small cells are hidden.</param>
internal sealed record MinutesWatchedQuestion(ReportRange Range, ReportGrouping By, long? PublisherId, long? BookId, string? Territory, bool ForPublisher)
{
    public MinutesWatchedQuestion InAll => this with { By = default };
}

/// <summary>
/// The SQL that answers a question from the rollups: from those with the fewest rows that hold it, and without a look at single viewings wherever a rollup knows the number of
/// children. Parameters: <c>$1</c> first day, <c>$2</c> day after the last; <c>$3</c>, <c>$4</c> the same of the whole months; <c>$5</c> publisher, <c>$6</c> book,
/// <c>$7</c> territory, or null; <c>$8</c> and <c>$9</c> which rows, from after one to the other.
/// </summary>
internal static class MinutesWatchedSql
{
    /// <summary>Viewings of days before this one are not kept any more; months go as a whole. All of them are gone when there is no month.</summary>
    public const string KeptSince = $"select coalesce({Partitions.OldestViewings}, 'infinity') as since";

    private const string Filters = "($5 is null or publisher_id = $5) and ($6 is null or book_id = $6)";

    /// <summary>How many rows there are.</summary>
    public static string Count(MinutesWatchedQuestion question) => $"{Cells(question)} select count(*) from cells";

    /// <summary>
    /// Names are looked up last, for the rows that are asked for. What is hidden stands behind what is not: its place would tell between which others it is.
    /// </summary>
    public static string Rows(MinutesWatchedQuestion question) => $"""
        {Cells(question)}, kept as ({KeptSince}){Counts(question)}
        , counted as (
            select c.*, {(Distinct(question) is null ? "exact" : "coalesce(exact, case when first_day >= since then coalesce(n.children, 0) end)")} as children
            from cells c cross join kept {JoinCounts(question)}
        ){(question.ForPublisher ? Hide : ShowAll)}
        , placed as (
            select *, row_number() over (order by day, case when not hidden then seconds end desc nulls last, book_id, publisher_id) as place from marked
        )
        select day, p.publisher_id, publishers.name, book_id, title, seconds, plays, children, hidden, small
        from placed p left join publishers on publishers.id = p.publisher_id left join books on books.id = book_id
        where place > $8 and place <= $9 order by place
        """;

    private const string ShowAll = ", marked as (select *, false as small, false as hidden from counted)";

    /// <summary>
    /// With one small cell another must go, or it could be worked out from the total: the smallest that is not small, because what is hidden then has five children whoever they are.
    /// Small cells do not add up to one: the same children may be in all of them, on another day or with another book.
    /// </summary>
    private static readonly string Hide = $"""
        , ranked as (
            select *, row_number() over (order by coalesce(children, least), day, book_id, publisher_id) as rank,
                coalesce(children, least) < {SmallCells.Fewest} as small, count(*) filter (where coalesce(children, least) < {SmallCells.Fewest}) over () as few
            from counted
        ), marked as (
            select *, few > 0 and rank <= few + 1 as hidden from ranked
        )
        """;

    /// <summary>
    /// Sums by group. A child counts once on a day with a book, so rows of one such may be added up; other numbers of children stand for themselves alone (<c>exact</c>), or say how many
    /// there are <c>least</c>.
    /// </summary>
    private static string Cells(MinutesWatchedQuestion question)
    {
        var keys = Keys(question, "starts_on");
        return $"""
            with source as (
                {Source(question)}
            ), cells as (
                select {Time(question, "starts_on") ?? "null::date"} as day, {Publisher(question) ?? "null::bigint"} as publisher_id, {Book(question) ?? "null::bigint"} as book_id,
                    coalesce(sum(seconds_watched), 0)::bigint as seconds, coalesce(sum(plays), 0)::bigint as plays, min(starts_on) as first_day,
                    coalesce(max(children), 0)::bigint as least,
                    {(Distinct(question) is null ? "" : "case when count(*) <= 1 then ")}coalesce(sum(children), 0)::bigint{(Distinct(question) is null ? "" : " end")} as exact
                from source group by {(keys.Count == 0 ? "()" : string.Join(", ", keys))}
            )
            """;
    }

    /// <summary>Whole months from the table of months, the days before and after them from that of days.</summary>
    private static string Source(MinutesWatchedQuestion question)
    {
        const string Columns = "publisher_id, seconds_watched, plays, children";
        const string AroundMonths = "(({0} >= $1 and {0} < $3) or ({0} >= $4 and {0} < $2))";
        var (dayGrain, monthGrain) = NeedsBook(question) ? (null, "book_month") : NeedsPublisher(question) ? ("publisher_day", "publisher_month") : ("day", "month");
        var byMonth = question.By.Time != ReportTime.Day && question.Territory is null;
        var days = dayGrain is null
            ? $"select day as starts_on, book_id, {Columns} from daily_usages where {Range("day")} and {Filters} and ($7 is null or territory = $7)"
            : $"select starts_on, book_id, {Columns} from usage_totals where grain = '{dayGrain}' and {Range("starts_on")} and {Filters}";
        return byMonth
            ? $"{days} union all select starts_on, book_id, {Columns} from usage_totals where grain = '{monthGrain}' and starts_on >= $3 and starts_on < $4 and {Filters}"
            : days;

        string Range(string column) => byMonth ? AroundMonths.Replace("{0}", column, StringComparison.Ordinal) : $"{column} >= $1 and {column} < $2";
    }

    /// <summary>Which viewings must be looked at to count children: a condition; null when the rollups know all numbers.</summary>
    private static string? Distinct(MinutesWatchedQuestion question)
    {
        const string All = "day >= $1 and day < $2";
        var (by, range) = (question.By, question.Range);
        var isOfOneBook = question.BookId is not null || by.Thing == ReportThing.Book;
        if (by.Time == ReportTime.Day || range.IsOneDay)
            return !NeedsBook(question) || isOfOneBook ? null : All;
        // Each whole month is one row then.
        var areMonthsKnown = question.Territory is null && (!NeedsBook(question) || (isOfOneBook && NeedsPublisher(question)));
        if (areMonthsKnown && range.IsOneMonth)
            return null;
        if (!areMonthsKnown || by.Time == ReportTime.All)
            return All;
        return range.WholeMonths == (range.From, range.Until) ? null : $"{All} and not (day >= $3 and day < $4)";
    }

    private static string Counts(MinutesWatchedQuestion question) => Distinct(question) is not { } days ? "" : $"""
        , counts as (
            select day, publisher_id, book_id, count(*) as children from (
                select distinct {Time(question, "day") ?? "null::date"} as day, {Publisher(question) ?? "null::bigint"} as publisher_id, {Book(question) ?? "null::bigint"} as book_id,
                    child_profile_id
                from viewing_days where {days} and {Filters} and ($7 is null or territory = $7)
            ) as watched group by 1, 2, 3
        )
        """;

    /// <summary>Null, for books that nobody but us owns, is made a number, so that PostgreSQL can join by hash.</summary>
    private static string JoinCounts(MinutesWatchedQuestion question)
    {
        if (Distinct(question) is null)
            return "";
        List<string> same = [.. Keys(question, "day").Select(k => k.Contains("day", StringComparison.Ordinal) ? "n.day = c.day" : $"coalesce(n.{k}, 0) = coalesce(c.{k}, 0)")];
        return $"left join counts n on {(same.Count == 0 ? "true" : string.Join(" and ", same))}";
    }

    private static bool NeedsBook(MinutesWatchedQuestion question) => question.By.Thing == ReportThing.Book || question.BookId is not null || question.Territory is not null;

    private static bool NeedsPublisher(MinutesWatchedQuestion question) => question.By.Thing != ReportThing.All || question.PublisherId is not null;

    private static List<string> Keys(MinutesWatchedQuestion question, string day) =>
        [.. ((string?[])[Time(question, day), Publisher(question), Book(question)]).OfType<string>()];

    private static string? Time(MinutesWatchedQuestion question, string day) => question.By.Time switch
    {
        ReportTime.Day => day,
        ReportTime.Month => $"date_trunc('month', {day})::date",
        _ => null,
    };

    private static string? Publisher(MinutesWatchedQuestion question) => question.By.Thing == ReportThing.All ? null : "publisher_id";

    private static string? Book(MinutesWatchedQuestion question) => question.By.Thing == ReportThing.Book ? "book_id" : null;
}
