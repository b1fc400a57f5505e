using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Storytime.Catalog;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Errors;

namespace Storytime.Rights;

/// <summary>Whether a book can be played now, and where not, why: as a child with the book on its shelf would be answered, apart from its screen time.</summary>
/// <param name="HasPublisher">False for a book that Storytime owns itself: it needs no rights window.</param>
/// <param name="Territories">By country code, those with a rights window of their own; <c>elsewhere</c>, which is all other countries, comes last.</param>
public sealed record BookAvailabilityResponse(
    long BookId, string Title, BookStatus Status, bool HasPublisher, DateTimeOffset At, IReadOnlyList<TerritoryAvailability> Territories);

/// <param name="Territory">A country of ISO 3166-1 alpha-2, or <c>elsewhere</c>.</param>
/// <param name="Reason">The first that stands in the way; null when it plays.</param>
/// <param name="Message">The reason for people; null when it plays.</param>
/// <param name="ChangesAt">When the answer changes by itself: the rights end, or begin. Null when nothing that is known now changes it.</param>
public sealed record TerritoryAvailability(string Territory, bool Playable, PlaybackRefusal? Reason, string? Message, DateTimeOffset? ChangesAt);

internal static class ReadBookAvailability
{
    private const string Elsewhere = "elsewhere";

    /// <summary>A country that is none, so that no window can be for it alone.</summary>
    private const string NoCountry = "ZZ";

    /// <summary>Whether a book can be played now, by territory, and if not, why.</summary>
    [EndpointName("get_book_availability")]
    public static async Task<Results<Ok<BookAvailabilityResponse>, ApiError>> Handle(long id, StorytimeDb db, TimeProvider time, CancellationToken ct)
    {
        var now = time.Now();
        var countries = await db.RightsWindows.Where(w => w.BookId == id && w.Territory != RightsWindow.Global).Select(w => w.Territory).Distinct().Order().ToListAsync(ct);
        List<TerritoryAvailability> territories = [];
        BookWithFacts? book = null;
        foreach (var country in countries.Append(NoCountry))
        {
            book = await db.Books.Where(b => b.Id == id).WithFacts(db, country, now).AsNoTracking().SingleOrDefaultAsync(ct);
            if (book is null)
                return ApiError.NotFound("book");
            territories.Add(Of(country == NoCountry ? Elsewhere : country, book));
        }
        return TypedResults.Ok(new BookAvailabilityResponse(id, book!.Title, book.Status, book.PublisherId is not null, now, territories));
    }

    private static TerritoryAvailability Of(string territory, BookWithFacts book)
    {
        var decision = Entitlement.Decide(book.Facts);
        return decision.Refusal is { } refusal
            ? new TerritoryAvailability(territory, false, refusal, Entitlement.Message(refusal), decision.RetryAt)
            // A yes goes on where another window follows without a gap.
            : new TerritoryAvailability(territory, true, null, null, book.WindowsEndAt);
    }
}
