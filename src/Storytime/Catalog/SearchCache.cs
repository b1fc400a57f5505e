using Microsoft.Extensions.Caching.Memory;

namespace Storytime.Catalog;

/// <summary>A page of a search: which books, and how many there are in all.</summary>
internal sealed record FoundBooks(long Version, IReadOnlyList<long> Ids, int Total);

/// <summary>What was looked for lately. Any change of the catalog makes all of it old: a book that is new, or renamed, may belong on any page.</summary>
internal sealed class SearchCache : IDisposable
{
    /// <summary>Ids and pages together, of some ten bytes each.</summary>
    private const int MostIds = 1_000_000;

    private readonly MemoryCache _pages = new(new MemoryCacheOptions { SizeLimit = MostIds });

    /// <param name="key">All that the page depends on besides the catalog; compares by value.</param>
    /// <param name="version">Of the catalog, as the request has read it.</param>
    /// <param name="search">Asks the database.</param>
    public async ValueTask<FoundBooks> GetAsync(object key, long version, Func<Task<(IReadOnlyList<long> Ids, int Total)>> search)
    {
        if (_pages.TryGetValue(key, out FoundBooks? known) && known!.Version == version)
            return known;
        var (ids, total) = await search();
        var found = new FoundBooks(version, ids, total);
        _pages.Set(key, found, new MemoryCacheEntryOptions { Size = ids.Count + 20 });
        return found;
    }

    public void Dispose() => _pages.Dispose();
}
