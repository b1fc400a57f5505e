using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Errors;

namespace Storytime.Reporting;

/// <summary>What is asked for.</summary>
public sealed record CompletionQuery
{
    /// <summary>The first day (UTC), such as <c>2026-02-01</c>.</summary>
    [FromQuery(Name = "from")]
    public string? From { get; init; }

    /// <summary>The last day, which counts too; at most ten years after the first.</summary>
    [FromQuery(Name = "to")]
    public string? To { get; init; }

    /// <summary>Only what was watched while the book was this publisher's.</summary>
    [FromQuery(Name = "publisher_id")]
    public long? PublisherId { get; init; }
}

/// <summary>What is asked for.</summary>
public sealed record DropOffQuery
{
    /// <summary>The book.</summary>
    [FromQuery(Name = "book_id")]
    public long? BookId { get; init; }

    /// <summary>The first day (UTC), such as <c>2026-02-01</c>.</summary>
    [FromQuery(Name = "from")]
    public string? From { get; init; }

    /// <summary>The last day, which counts too; at most ten years after the first.</summary>
    [FromQuery(Name = "to")]
    public string? To { get; init; }
}

/// <param name="Data">The most viewed first.</param>
public sealed record CompletionResponse(DateOnly From, DateOnly To, IReadOnlyList<CompletionRow> Data, Pagination Pagination);

/// <param name="Viewings">A child that watched the book on a day is one.</param>
/// <param name="Finished">How many of them got to 95 % of the video that plays now, or further; null when nobody knows how long it is.</param>
/// <param name="FinishingRate">The share of them, 0 to 1, to four decimals.</param>
public sealed record CompletionRow(long BookId, string? Title, long Viewings, long? Finished, decimal? FinishingRate);

/// <param name="DurationSeconds">Of the video that plays now; null when nobody knows.</param>
/// <param name="Viewings">A child that watched the book on a day is one.</param>
/// <param name="Points">How far they got, in steps of 5 %; empty when nobody knows how long the video is.</param>
public sealed record DropOffResponse(long BookId, string Title, int? DurationSeconds, long Viewings, IReadOnlyList<DropOffPoint> Points);

/// <param name="Percent">Of the video.</param>
/// <param name="PositionSeconds">The same in seconds.</param>
/// <param name="Reached">How many viewings got here, or further.</param>
/// <param name="Share">The share of them, 0 to 1, to four decimals; null when there are none.</param>
public sealed record DropOffPoint(int Percent, decimal PositionSeconds, long Reached, decimal? Share);

internal static class ReadViewings
{
    private static readonly string[] _header = ["book_id", "title", "viewings", "finished", "finishing_rate"];

    /// <summary>How many viewings of each book were to the end. <c>Accept: text/csv</c> gives all rows as CSV.</summary>
    [EndpointName("report_completion")]
    public static async Task<Results<Ok<CompletionResponse>, CsvFile<BookCompletion>, ApiError>> Completion(
        [AsParameters] CompletionQuery query, [AsParameters] PageQuery page, HttpRequest request, StorytimeDb db, Viewings viewings, CancellationToken ct)
    {
        var asCsv = CsvFile.IsPreferred(request);
        var (range, problem) = await ReadAsync(query.From, query.To, query.PublisherId, null, db, viewings, ct);
        if (problem is not null)
            return problem;
        if (asCsv)
            return File(range, query.PublisherId);
        var (number, perPage) = page.OrDefaults();
        var (rows, count) = await viewings.CompletionAsync(range, query.PublisherId, number, perPage, ct);
        var answer = rows.ConvertAll(r => new CompletionRow(r.BookId, r.Title, r.Viewings, r.Finished, r.Rate)).ToPage(page, (int)count);
        return TypedResults.Ok(new CompletionResponse(range.From, range.To, answer.Data, answer.Pagination));
    }

    /// <summary>The same as CSV, all rows.</summary>
    [EndpointName("download_completion")]
    public static async Task<Results<CsvFile<BookCompletion>, ApiError>> DownloadCompletion(
        [AsParameters] CompletionQuery query, StorytimeDb db, Viewings viewings, CancellationToken ct)
    {
        var (range, problem) = await ReadAsync(query.From, query.To, query.PublisherId, null, db, viewings, ct);
        return problem is null ? File(range, query.PublisherId) : problem;
    }

    /// <summary>How far children get in a book: where they stop watching it.</summary>
    [EndpointName("report_drop_off")]
    public static async Task<Results<Ok<DropOffResponse>, ApiError>> DropOff([AsParameters] DropOffQuery query, StorytimeDb db, Viewings viewings, CancellationToken ct)
    {
        var (range, problem) = await ReadAsync(query.From, query.To, null, query.BookId ?? 0, db, viewings, ct);
        if (problem is not null)
            return problem;
        var (title, duration, count, reached) = await viewings.DropOffAsync(query.BookId!.Value, range, ct);
        return TypedResults.Ok(new DropOffResponse(query.BookId.Value, title, duration, count, [.. reached.Select((viewers, step) => new DropOffPoint(
            5 * step, 5 * step * duration!.Value / 100m, viewers, count == 0 ? null : BookCompletion.Share(viewers, count)))]));
    }

    private static async Task<(ReportRange Range, ApiError? Problem)> ReadAsync(
        string? from, string? to, long? publisherId, long? bookId, StorytimeDb db, Viewings viewings, CancellationToken ct)
    {
        List<(string, string)> problems = [];
        var range = ReportRange.Read(from, to, problems);
        if (problems.Count == 0 && await viewings.KeptSinceAsync(range, ct) is { } since)
            problems.Add(("from", $"How far children got is kept since {Days.Format(since)}; let from not be earlier."));
        await ReadMinutesWatched.CheckIdsAsync(db, publisherId, bookId, problems, ct);
        return (range, problems.Count == 0 ? null : ApiError.Invalid([.. problems]));
    }

    private static CsvFile<BookCompletion> File(ReportRange range, long? publisherId) => new(
        range.FileName("completion"), _header,
        (reading, ct) => Viewings.StreamCompletionAsync(reading, range, publisherId, 0, null, ct),
        (csv, book) =>
        {
            csv.WriteField(book.BookId);
            csv.WriteField(book.Title);
            csv.WriteField(book.Viewings);
            csv.WriteField(book.Finished);
            csv.WriteField(book.Rate, "0.0000");
        });
}
