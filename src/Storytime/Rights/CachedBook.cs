using System.Text.Json;
using Storytime.Catalog;
using Storytime.Platform;
using Storytime.Platform.Aws;

namespace Storytime.Rights;

/// <summary>A rights window of a book's present publisher.</summary>
internal readonly record struct CachedWindow(DateTimeOffset StartAt, DateTimeOffset EndAt, string Territory);

/// <summary>What is the same of a book for all who see it: with these members begin all answers that have books in them.</summary>
internal sealed record ShownBook(
    long Id, string Title, string Author, string Description, int AgeMin, int AgeMax, string Language, string? CoverImageUrl, CatalogPublisher? Publisher, int? DurationSeconds);

/// <summary>A book for every country and moment: what <see cref="BookFactsQuery"/> asks the database for, told from memory.</summary>
/// <param name="Everywhere">All that does not depend on country and time; its windows are empty.</param>
/// <param name="Windows">Of the present publisher.</param>
internal sealed record CachedBook(BookWithFacts Everywhere, CachedWindow[] Windows)
{
    private byte[]? _shown;

    /// <returns>A <see cref="ShownBook"/>, written once, for <see cref="PageBytes"/>.</returns>
    public ReadOnlySpan<byte> Shown(CdnOptions cdn, JsonSerializerOptions options) => _shown ??= PageBytes.Open(
        new ShownBook(
            Everywhere.Id, Everywhere.Title, Everywhere.Author, Everywhere.Description, Everywhere.AgeMin, Everywhere.AgeMax, Everywhere.Language, cdn.AddressOf(Everywhere.CoverS3Key),
            Everywhere.PublisherId is { } publisherId ? new CatalogPublisher(publisherId, Everywhere.PublisherName!) : null, Everywhere.DurationSeconds),
        options);

    /// <param name="country">ISO 3166-1 alpha-2: that of the family's account.</param>
    /// <param name="now">The moment that is asked about.</param>
    public BookWithFacts In(string country, DateTimeOffset now)
    {
        if (Windows.Length == 0)
            return Everywhere;
        DateTimeOffset? endsAt = null, nextStartsAt = null, allEndAt = null;
        var hadWindow = false;
        foreach (var window in Windows)
        {
            if (!Counts(window, country))
                continue;
            if (window.EndAt <= now)
            {
                hadWindow = true;
                continue;
            }
            if (window.StartAt <= now)
                endsAt = endsAt > window.EndAt ? endsAt : window.EndAt;
            else
                nextStartsAt = nextStartsAt < window.StartAt ? nextStartsAt : window.StartAt;
            if (!(allEndAt <= window.EndAt) && !GoesOn(window.EndAt, country))
                allEndAt = window.EndAt;
        }
        return Everywhere with { WindowEndsAt = endsAt, NextWindowStartsAt = nextStartsAt, HadWindow = hadWindow, WindowsEndAt = allEndAt };
    }

    /// <returns>When the first of its windows begins or ends after a moment: until then <see cref="In"/> says the same of what is playable.</returns>
    public DateTimeOffset StaysUntil(DateTimeOffset now)
    {
        var until = DateTimeOffset.MaxValue;
        foreach (var window in Windows)
        {
            foreach (var edge in (ReadOnlySpan<DateTimeOffset>)[window.StartAt, window.EndAt])
            {
                if (edge > now && edge < until)
                    until = edge;
            }
        }
        return until;
    }

    private bool GoesOn(DateTimeOffset end, string country)
    {
        foreach (var next in Windows)
        {
            if (Counts(next, country) && next.StartAt <= end && end < next.EndAt)
                return true;
        }
        return false;
    }

    private static bool Counts(in CachedWindow window, string country) => window.Territory == RightsWindow.Global || window.Territory == country;
}
