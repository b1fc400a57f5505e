using System.Collections.Concurrent;
using Microsoft.Extensions.Caching.Memory;

namespace Storytime.Catalog;

/// <summary>A page of a search: which books, and how many there are in all.</summary>
/// <param name="Version">Of the catalog that it is true for.</param>
internal sealed record FoundBooks(long Version, IReadOnlyList<long> Ids, int Total)
{
    private readonly ConcurrentDictionary<string, WrittenAnswer> _answers = [];

    /// <returns>The page as it was written for a family of this country; null when that is not so, or not any more.</returns>
    public WrittenAnswer? AnswerFor(string country, DateTimeOffset now) => _answers.TryGetValue(country, out var answer) && now >= answer.From && now < answer.Until ? answer : null;

    public void Keep(string country, WrittenAnswer answer) => _answers[country] = answer;
}

/// <param name="Body">JSON.</param>
/// <param name="From">When it was written.</param>
/// <param name="Until">When the first of its books may begin or cease to be playable by itself.</param>
internal sealed record WrittenAnswer(byte[] Body, DateTimeOffset From, DateTimeOffset Until);

/// <summary>What was looked for lately. Any change of the catalog makes all of it old: a book that is new, or renamed, may belong on any page.</summary>
internal sealed class SearchCache : IDisposable
{
    /// <summary>Of some twenty kilobytes for each country that asks, most of them one.</summary>
    private const int MostPages = 5_000;

    private readonly MemoryCache _pages = new(new MemoryCacheOptions { SizeLimit = MostPages });

    /// <param name="key">All that the page depends on besides the catalog; compares by value.</param>
    /// <param name="version">Of the catalog, as the request has read it.</param>
    /// <param name="search">Asks the database.</param>
    public async ValueTask<FoundBooks> GetAsync(object key, long version, Func<Task<(IReadOnlyList<long> Ids, int Total)>> search)
    {
        if (_pages.TryGetValue(key, out FoundBooks? known) && known!.Version == version)
            return known;
        var (ids, total) = await search();
        var found = new FoundBooks(version, ids, total);
        _pages.Set(key, found, new MemoryCacheEntryOptions { Size = 1 });
        return found;
    }

    public void Dispose() => _pages.Dispose();
}
