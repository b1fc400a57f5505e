using Microsoft.Extensions.Caching.Memory;

namespace Storytime.Catalog;

/// <summary>A page of a search: which books, and how many there are in all.</summary>
/// <param name="Version">Of the catalog that it is true for.</param>
internal sealed record FoundBooks(long Version, long[] Ids, int Total);

/// <summary>A page as it was written for the families of a country.</summary>
/// <param name="Version">Of the catalog that it is true for.</param>
/// <param name="Body">JSON.</param>
/// <param name="From">When it was written.</param>
/// <param name="Until">When the first of its books may begin or cease to be playable by itself.</param>
internal sealed record WrittenPage(long Version, byte[] Body, DateTimeOffset From, DateTimeOffset Until);

/// <summary>What was looked for lately. Any change of the catalog makes all of it old: a book that is new, or renamed, may belong on any page.</summary>
internal sealed class SearchCache : IDisposable
{
    private const int MostBytes = 64 * 1024 * 1024;

    private readonly MemoryCache _pages = new(new MemoryCacheOptions { SizeLimit = MostBytes });

    /// <param name="key">All that the page depends on besides the catalog; compares by value.</param>
    /// <param name="version">Of the catalog, as the request has read it.</param>
    /// <param name="search">Asks the database.</param>
    public async ValueTask<FoundBooks> FindAsync(object key, long version, Func<Task<(long[] Ids, int Total)>> search)
    {
        if (_pages.TryGetValue(key, out FoundBooks? known) && known!.Version == version)
            return known;
        var (ids, total) = await search();
        return _pages.Set(key, new FoundBooks(version, ids, total), Entry(ids.Length * sizeof(long)));
    }

    /// <returns>Null when it was not written yet, or is not true any more.</returns>
    public WrittenPage? Written(object key, string country, long version, DateTimeOffset now) =>
        _pages.TryGetValue((key, country), out WrittenPage? page) && page!.Version == version && now >= page.From && now < page.Until ? page : null;

    public void Keep(object key, string country, WrittenPage page) => _pages.Set((key, country), page, Entry(page.Body.Length));

    public void Dispose() => _pages.Dispose();

    /// <summary>With what its key takes and the cache itself, roughly.</summary>
    private static MemoryCacheEntryOptions Entry(int bytes) => new() { Size = bytes + 500 };
}
