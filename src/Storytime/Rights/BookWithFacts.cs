using Storytime.Catalog;
using Storytime.Data;

namespace Storytime.Rights;

/// <summary>A book as a family in one country sees it at one moment: what is shown of it, and the facts that decide whether it plays.</summary>
internal sealed record BookWithFacts
{
    /// <summary>How long before the end of its rights a book is said to leave.</summary>
    private static readonly TimeSpan _leavingSoon = TimeSpan.FromDays(30);

    public required long Id { get; init; }

    public required string Title { get; init; }

    public required string Author { get; init; }

    public required string Description { get; init; }

    public required int AgeMin { get; init; }

    public required int AgeMax { get; init; }

    public required string Language { get; init; }

    /// <summary>Of the cover in the output bucket, or of the poster where no cover was given.</summary>
    public required string? CoverS3Key { get; init; }

    public required BookStatus Status { get; init; }

    public required long? PublisherId { get; init; }

    public required string? PublisherName { get; init; }

    public required PublisherStatus? PublisherStatus { get; init; }

    public required long? PlayingAssetId { get; init; }

    /// <summary>Of the asset that plays; null while none is ready.</summary>
    public required string? HlsManifestPath { get; init; }

    public required int? DurationSeconds { get; init; }

    public required bool VideoIsReady { get; init; }

    public required DateTimeOffset? WindowEndsAt { get; init; }

    public required DateTimeOffset? NextWindowStartsAt { get; init; }

    public required bool HadWindow { get; init; }

    /// <summary>The first moment from now on at which no window holds although one held until then: windows that follow on without a gap are one.</summary>
    public required DateTimeOffset? WindowsEndAt { get; init; }

    /// <summary>When the right to watch ends, if that is soon; null also where nothing holds now.</summary>
    public DateTimeOffset? LeavingAt(DateTimeOffset now) => WindowEndsAt is not null && WindowsEndAt <= now + _leavingSoon ? WindowsEndAt : null;

    public BookFacts Facts => new(
        IsActive: Status == BookStatus.Active,
        HasPublisher: PublisherId is not null,
        PublisherIsActive: PublisherStatus == Rights.PublisherStatus.Active,
        WindowEndsAt: WindowEndsAt,
        NextWindowStartsAt: NextWindowStartsAt,
        HadWindow: HadWindow,
        VideoIsReady: VideoIsReady);
}

internal static class BookFactsQuery
{
    /// <summary>
    /// The books with what <see cref="Entitlement"/> has to know of them, in one query. A window counts when it is for the country or
    /// for everywhere, and when the book's present publisher gave it: what a former publisher allowed is not the present one's word.
    /// </summary>
    /// <param name="country">ISO 3166-1 alpha-2: that of the family's account.</param>
    public static IQueryable<BookWithFacts> WithFacts(this IQueryable<Book> books, StorytimeDb db, string country, DateTimeOffset now)
    {
        var windows = db.RightsWindows.In(country);
        return books.Select(book => new BookWithFacts
        {
            Id = book.Id,
            Title = book.Title,
            Author = book.Author,
            Description = book.Description,
            AgeMin = book.AgeMin,
            AgeMax = book.AgeMax,
            Language = book.Language,
            CoverS3Key = book.CoverS3Key ?? book.PosterS3Key,
            Status = book.Status,
            PublisherId = book.PublisherId,
            PublisherName = book.Publisher!.Name,
            PublisherStatus = book.Publisher!.Status,
            PlayingAssetId = book.PlayingAssetId,
            HlsManifestPath = book.PlayingAsset!.HlsManifestPath,
            DurationSeconds = book.PlayingAsset!.DurationSeconds,
            VideoIsReady = book.PlayingAsset != null && book.PlayingAsset.ProcessingStatus == Videos.ProcessingStatus.Ready,
            WindowEndsAt = windows
                .Where(w => w.BookId == book.Id && w.PublisherId == book.PublisherId && w.StartAt <= now && now < w.EndAt)
                .Max(w => (DateTimeOffset?)w.EndAt),
            NextWindowStartsAt = windows
                .Where(w => w.BookId == book.Id && w.PublisherId == book.PublisherId && now < w.StartAt)
                .Min(w => (DateTimeOffset?)w.StartAt),
            HadWindow = windows.Any(w => w.BookId == book.Id && w.PublisherId == book.PublisherId && w.EndAt <= now),
            WindowsEndAt = windows
                .Where(w => w.BookId == book.Id && w.PublisherId == book.PublisherId && now < w.EndAt)
                .Where(w => !windows.Any(v => v.BookId == w.BookId && v.PublisherId == w.PublisherId && v.StartAt <= w.EndAt && w.EndAt < v.EndAt))
                .Min(w => (DateTimeOffset?)w.EndAt),
        });
    }
}
