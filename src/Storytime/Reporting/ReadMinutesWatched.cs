using CsvHelper;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Errors;

namespace Storytime.Reporting;

/// <summary>Who gets to see a report that is not for staff alone.</summary>
public enum ReportAudience
{
    Publisher,
}

/// <summary>What is asked for.</summary>
public sealed record MinutesWatchedQuery
{
    /// <summary>The first day (UTC), such as <c>2026-02-01</c>.</summary>
    [FromQuery(Name = "from")]
    public string? From { get; init; }

    /// <summary>The last day, which counts too; at most ten years after the first.</summary>
    [FromQuery(Name = "to")]
    public string? To { get; init; }

    /// <summary>What a row stands for: <c>day</c>, <c>month</c>, <c>publisher</c> or <c>book</c>, or one of the first two and one of the last two, such as <c>month,publisher</c>.</summary>
    [FromQuery(Name = "group_by")]
    public string? GroupBy { get; init; }

    /// <summary>Only what was watched while the book was this publisher's.</summary>
    [FromQuery(Name = "publisher_id")]
    public long? PublisherId { get; init; }

    [FromQuery(Name = "book_id")]
    public long? BookId { get; init; }

    /// <summary>Only of families in this country: ISO 3166-1 alpha-2, or <c>ZZ</c> for those whose country is not known.</summary>
    [FromQuery(Name = "territory")]
    public string? Territory { get; init; }

    /// <summary><c>publisher</c> hides what may not be given to publishers: rows of fewer than five children, and as many others as it takes that they cannot be worked out.</summary>
    [FromQuery(Name = "for"), Word<ReportAudience>]
    public string? For { get; init; }
}

/// <param name="GroupBy">What a row stands for.</param>
/// <param name="Data">By time, then the most watched first.</param>
/// <param name="Totals">Of all rows, on other pages too.</param>
public sealed record MinutesWatchedResponse(
    DateOnly From, DateOnly To, string GroupBy, IReadOnlyList<MinutesWatchedRow> Data, MinutesWatchedTotals Totals, Pagination Pagination);

/// <param name="Day">Null in a report that is not by day.</param>
/// <param name="Month">Such as <c>2026-02</c>; null in a report that is not by month.</param>
/// <param name="PublisherId">Whose the book was then. Null for books that are nobody's but ours, and in a report that is by neither publisher nor book.</param>
/// <param name="PublisherName">Null where the id is.</param>
/// <param name="BookId">Null in a report that is not by book.</param>
/// <param name="Title">Null where the id is.</param>
/// <param name="Seconds">Time watched; null where it is hidden, as the next three.</param>
/// <param name="Minutes">The seconds in minutes, to two decimals.</param>
/// <param name="Plays">How often a child began to play.</param>
/// <param name="Children">How many different children. Null also where the days are too long ago for them to be counted.</param>
/// <param name="Hidden">Whether the numbers are withheld, in a report <c>for=publisher</c>.</param>
public sealed record MinutesWatchedRow(
    DateOnly? Day, string? Month, long? PublisherId, string? PublisherName, long? BookId, string? Title, long? Seconds, decimal? Minutes, long? Plays, long? Children, bool Hidden);

/// <param name="Children">Different children in all: less than the sum of the rows where a child is in several.</param>
/// <param name="Hidden">Whether the numbers are withheld, in a report <c>for=publisher</c>.</param>
public sealed record MinutesWatchedTotals(long? Seconds, decimal? Minutes, long? Plays, long? Children, bool Hidden);

internal static class ReadMinutesWatched
{
    /// <summary>
    /// Minutes watched, plays and children by day, month, publisher or book. <c>Accept: text/csv</c> gives all rows as CSV. The numbers are of the last roll-up, a few minutes old;
    /// those of the last 30 days may still grow by what devices report late.
    /// </summary>
    [EndpointName("report_minutes_watched")]
    public static async Task<Results<Ok<MinutesWatchedResponse>, CsvFile<MinutesWatchedCell>, ApiError>> Handle(
        [AsParameters] MinutesWatchedQuery query, [AsParameters] PageQuery page, HttpRequest request, StorytimeDb db, MinutesWatched minutes, CancellationToken ct)
    {
        var asCsv = CsvFile.IsPreferred(request);
        var (question, problem) = await ReadAsync(query, db, ct);
        if (problem is not null)
            return problem;
        if (asCsv)
            return File(question);
        var (number, perPage) = page.OrDefaults();
        var (rows, totals, count) = await minutes.ReadAsync(question, number, perPage, ct);
        var answer = rows.ConvertAll(r => ToRow(r, question.By.Time)).ToPage(page, (int)count);
        return TypedResults.Ok(new MinutesWatchedResponse(
            question.Range.From, question.Range.To, $"{question.By}", answer.Data, ToTotals(totals, count), answer.Pagination));
    }

    /// <summary>The same as CSV, all rows.</summary>
    [EndpointName("download_minutes_watched")]
    public static async Task<Results<CsvFile<MinutesWatchedCell>, ApiError>> Download([AsParameters] MinutesWatchedQuery query, StorytimeDb db, CancellationToken ct)
    {
        var (question, problem) = await ReadAsync(query, db, ct);
        return problem is null ? File(question) : problem;
    }

    private static async Task<(MinutesWatchedQuestion Question, ApiError? Problem)> ReadAsync(MinutesWatchedQuery query, StorytimeDb db, CancellationToken ct)
    {
        List<(string, string)> problems = [];
        var range = ReportRange.Read(query.From, query.To, problems);
        var by = ReportGrouping.Read(query.GroupBy, problems);
        var territory = query.Territory?.ToUpperInvariant();
        if (territory is not null && territory != "ZZ" && !Countries.IsKnown(territory))
            problems.Add(("territory", "territory must be a country code of ISO 3166-1, such as US or GB, or ZZ for families whose country is not known."));
        await CheckIdsAsync(db, query.PublisherId, query.BookId, problems, ct);
        var question = new MinutesWatchedQuestion(range, by, query.PublisherId, query.BookId, territory, query.For is not null);
        return (question, problems.Count == 0 ? null : ApiError.Invalid([.. problems]));
    }

    internal static async Task CheckIdsAsync(StorytimeDb db, long? publisherId, long? bookId, List<(string, string)> problems, CancellationToken ct)
    {
        if (publisherId is { } publisher && !await db.Publishers.AnyAsync(p => p.Id == publisher, ct))
            problems.Add(("publisher_id", "There is no such publisher."));
        if (bookId is { } book && !await db.Books.AnyAsync(b => b.Id == book, ct))
            problems.Add(("book_id", "There is no such book."));
    }

    private static MinutesWatchedRow ToRow(MinutesWatchedCell cell, ReportTime time)
    {
        var numbers = ToTotals(cell, 1);
        return new MinutesWatchedRow(
            time == ReportTime.Day ? cell.Day : null, time == ReportTime.Month ? Month(cell) : null, cell.PublisherId, cell.PublisherName, cell.BookId, cell.Title,
            numbers.Seconds, numbers.Minutes, numbers.Plays, numbers.Children, numbers.Hidden);
    }

    /// <summary>Nothing at all is nobody's.</summary>
    private static MinutesWatchedTotals ToTotals(MinutesWatchedCell cell, long rows) => cell.IsHidden && rows > 0
        ? new MinutesWatchedTotals(null, null, null, null, true)
        : new MinutesWatchedTotals(cell.Seconds, Minutes(cell), cell.Plays, cell.Children, false);

    private static decimal Minutes(MinutesWatchedCell cell) => Math.Round(cell.Seconds / 60m, 2, MidpointRounding.AwayFromZero);

    private static string Month(MinutesWatchedCell cell) => Months.Format(cell.Day!.Value);

    private static CsvFile<MinutesWatchedCell> File(MinutesWatchedQuestion question)
    {
        var by = question.By;
        string[] header =
        [
            .. by.Time == ReportTime.All ? [] : (string[])[$"{by.Time}".ToLowerInvariant()],
            .. by.Thing == ReportThing.All ? [] : (string[])["publisher_id", "publisher_name"],
            .. by.Thing == ReportThing.Book ? (string[])["book_id", "title"] : [],
            "seconds", "minutes", "plays", "children",
        ];
        return new(
            question.Range.FileName("minutes-watched"), header,
            (reading, ct) => MinutesWatched.StreamAsync(reading, question, ct), (csv, cell) => Write(csv, cell, by));
    }

    private static void Write(CsvWriter csv, MinutesWatchedCell cell, ReportGrouping by)
    {
        if (by.Time == ReportTime.Day)
            csv.WriteField(cell.Day, Days.Pattern);
        else if (by.Time == ReportTime.Month)
            csv.WriteField(cell.Day, Months.Pattern);
        if (by.Thing != ReportThing.All)
        {
            csv.WriteField(cell.PublisherId);
            csv.WriteField(cell.PublisherName);
        }
        if (by.Thing == ReportThing.Book)
        {
            csv.WriteField(cell.BookId);
            csv.WriteField(cell.Title);
        }
        if (cell.IsHidden)
        {
            foreach (var word in (string[])["hidden", "hidden", "hidden", cell.IsSmall ? SmallCells.Mark : "hidden"])
                csv.WriteField(word);
            return;
        }
        csv.WriteField(cell.Seconds);
        csv.WriteField(Minutes(cell), "0.00");
        csv.WriteField(cell.Plays);
        csv.WriteField(cell.Children);
    }
}
