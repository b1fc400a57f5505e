using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Storytime.Catalog;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Errors;

namespace Storytime.Rights;

public sealed record RightsCalendarQuery
{
    /// <summary>The first day (UTC), such as <c>2026-01-01</c>; the first of this month when it is not given.</summary>
    [FromQuery(Name = "from"), Day]
    public string? From { get; init; }

    /// <summary>The last day, which counts too; a year from the first when it is not given. At most five years are shown at once.</summary>
    [FromQuery(Name = "to"), Day]
    public string? To { get; init; }

    [FromQuery(Name = "publisher_id")]
    public long? PublisherId { get; init; }

    /// <summary>Only this book.</summary>
    [FromQuery(Name = "book_id")]
    public long? BookId { get; init; }

    /// <summary>Words of the title, author, publisher or description.</summary>
    [FromQuery(Name = "q"), SearchText]
    public string? Q { get; init; }

    /// <summary>Only this territory, besides <c>GLOBAL</c>: a country without a window of its own has its gaps then, too.</summary>
    [FromQuery(Name = "territory"), Territory]
    public string? Territory { get; init; }
}

internal static class ReadRightsCalendar
{
    private const int MostYears = 5;

    /// <summary>Books of publishers with their rights windows over a range of days, and where these have gaps or hold twice. The best match first when <c>q</c> is given, by title otherwise.</summary>
    [EndpointName("read_rights_calendar")]
    public static async Task<Results<Ok<Page<RightsCalendarRow>>, ApiError>> Handle(
        [AsParameters] RightsCalendarQuery query, [AsParameters] PageQuery page, StorytimeDb db, TimeProvider time, CancellationToken ct)
    {
        var now = time.Now();
        var from = Days.Parse(query.From) ?? Months.Of(Days.Of(now));
        var to = Days.Parse(query.To) ?? from.AddYears(1).AddDays(-1);
        if (to < from)
            return ApiError.Invalid("from", "from must not be later than to.");
        if (to >= from.AddYears(MostYears))
            return ApiError.Invalid("from", "Ask for at most five years at a time: let from be later, or to earlier.");
        var range = new Span(Start(from), Start(to.AddDays(1)));

        var books = (await db.Books.SearchAsync(query.Q, ct)).Where(b => b.PublisherId != null);
        if (query.BookId is { } bookId)
            books = books.Where(b => b.Id == bookId);
        if (query.PublisherId is { } publisherId)
            books = books.Where(b => b.PublisherId == publisherId);
        var rows = await books.Select(b => b.Id).PageAsync(
            page,
            wanted => db.Books.Where(b => wanted.Contains(b.Id)).Select(b => new { b.Id, b.Title, b.Status, PublisherId = b.PublisherId!.Value, PublisherName = b.Publisher!.Name }),
            b => b.Id, ct);
        var ids = rows.Data.Select(b => b.Id).ToList();
        var windows = (await db.RightsWindows.AsNoTracking().Where(w => ids.Contains(w.BookId)).ToListAsync(ct)).ToLookup(w => w.BookId);
        return TypedResults.Ok(new Page<RightsCalendarRow>(
            [.. rows.Data.Select(b => new RightsCalendarRow(
                b.Id, b.Title, b.Status, b.PublisherId, b.PublisherName,
                RightsCalendar.Of(b.Status, b.PublisherId, [.. windows[b.Id]], query.Territory?.ToUpperInvariant(), range, now)))],
            rows.Pagination));
    }

    private static DateTimeOffset Start(DateOnly day) => new(day, TimeOnly.MinValue, TimeSpan.Zero);
}
