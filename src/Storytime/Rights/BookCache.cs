using Microsoft.Extensions.Caching.Memory;
using Npgsql;
using NpgsqlTypes;
using Storytime.Catalog;
using Storytime.Data;
using Storytime.Platform;

namespace Storytime.Rights;

/// <summary>
/// Books in memory, never older than the version of the catalog that a request has read: <see cref="CatalogVersion"/>. A request that has seen a newer version than this
/// node learns first which books were changed since, and asks for those again.
/// </summary>
internal sealed class BookCache([FromKeyedServices(DataSetup.Hot)] NpgsqlDataSource database) : IDisposable
{
    /// <summary>Some three kilobytes each.</summary>
    private const int Most = 50_000;

    /// <summary>A version that was cleaned away is a gap: what is missing might have been changed in it.</summary>
    private const string ChangesSql = """
        select v.version, coalesce((select min(version) from catalog_changes), v.version + 1), coalesce((select array_agg(book_id) from catalog_changes where version > $1), '{}')
        from catalog_versions v
        """;

    private const string BooksSql = """
        select v.version, b.id, b.title, b.author, b.description, b.age_min, b.age_max, b.language, coalesce(b.cover_s3_key, b.poster_s3_key), b.status, b.publisher_id,
            p.name, p.status, b.playing_asset_id, a.hls_manifest_path, a.duration_seconds, coalesce(a.processing_status = 'ready', false), w.starts, w.ends, w.territories
        from catalog_versions v join books b on b.id = any($1) left join publishers p on p.id = b.publisher_id left join video_assets a on a.id = b.playing_asset_id
        left join lateral (select array_agg(start_at) as starts, array_agg(end_at) as ends, array_agg(territory) as territories
            from rights_windows where book_id = b.id and publisher_id = b.publisher_id) w on true
        """;

    private readonly MemoryCache _books = new(new MemoryCacheOptions { SizeLimit = Most });
    private readonly Lock _moving = new();

    /// <summary>What is in memory is as of this version, or newer; zero before the first request.</summary>
    private long _version;

    /// <param name="version">Which the request read with what it asks for, or before.</param>
    /// <param name="ids">Of the books that are wanted.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>By id; without those that are not there.</returns>
    public async ValueTask<Dictionary<long, CachedBook>> GetAsync(long version, IReadOnlyCollection<long> ids, CancellationToken ct)
    {
        await CatchUpAsync(version, ct);
        var books = new Dictionary<long, CachedBook>(ids.Count);
        List<long>? missing = null;
        foreach (var id in ids)
        {
            if (_books.TryGetValue(id, out CachedBook? book))
                books[id] = book!;
            else
                (missing ??= []).Add(id);
        }
        if (missing is not null)
            await LoadAsync(missing, books, ct);
        return books;
    }

    public void Dispose() => _books.Dispose();

    private async ValueTask CatchUpAsync(long version, CancellationToken ct)
    {
        var known = Volatile.Read(ref _version);
        if (version <= known)
            return;
        if (known == 0)
        {
            lock (_moving)
            {
                // Nothing is in memory yet.
                if (_version == 0)
                {
                    _version = version;
                    return;
                }
            }
        }
        await using var command = database.CreateCommand(ChangesSql);
        command.Parameters.Add(new() { Value = known });
        await using var reader = await command.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        var (newest, oldest, changed) = (reader.GetInt64(0), reader.GetInt64(1), reader.GetFieldValue<long[]>(2));
        lock (_moving)
        {
            if (newest <= _version)
                return;
            if (oldest > known + 1)
                _books.Clear();
            foreach (var id in changed)
                _books.Remove(id);
            Volatile.Write(ref _version, newest);
        }
    }

    private async Task LoadAsync(List<long> ids, Dictionary<long, CachedBook> books, CancellationToken ct)
    {
        await using var command = database.CreateCommand(BooksSql);
        command.Parameters.AddArray(NpgsqlDbType.Bigint, ids);
        await using var reader = await command.ExecuteReaderAsync(ct);
        long asOf = 0;
        List<CachedBook> loaded = [];
        while (await reader.ReadAsync(ct))
        {
            asOf = reader.GetInt64(0);
            var book = Read(reader);
            books[book.Everywhere.Id] = book;
            loaded.Add(book);
        }
        lock (_moving)
        {
            // What was read before a change that this node knows by now would stay for good.
            if (asOf < _version)
                return;
            foreach (var book in loaded)
                _books.Set(book.Everywhere.Id, book, new MemoryCacheEntryOptions { Size = 1 });
        }
    }

    private static CachedBook Read(NpgsqlDataReader reader)
    {
        var everywhere = new BookWithFacts
        {
            Id = reader.GetInt64(1),
            Title = reader.GetString(2),
            Author = reader.GetString(3),
            Description = reader.GetString(4),
            AgeMin = reader.GetInt32(5),
            AgeMax = reader.GetInt32(6),
            Language = reader.GetString(7),
            CoverS3Key = Optional(8, reader.GetString),
            Status = Words<BookStatus>.All[reader.GetString(9)],
            PublisherId = OptionalValue(10, reader.GetInt64),
            PublisherName = Optional(11, reader.GetString),
            PublisherStatus = OptionalValue(12, i => Words<PublisherStatus>.All[reader.GetString(i)]),
            PlayingAssetId = OptionalValue(13, reader.GetInt64),
            HlsManifestPath = Optional(14, reader.GetString),
            DurationSeconds = OptionalValue(15, reader.GetInt32),
            VideoIsReady = reader.GetBoolean(16),
            WindowEndsAt = null,
            NextWindowStartsAt = null,
            HadWindow = false,
            WindowsEndAt = null,
        };
        if (reader.IsDBNull(17))
            return new CachedBook(everywhere, []);
        var (starts, ends, territories) = (reader.GetFieldValue<DateTimeOffset[]>(17), reader.GetFieldValue<DateTimeOffset[]>(18), reader.GetFieldValue<string[]>(19));
        return new CachedBook(everywhere, [.. starts.Select((start, i) => new CachedWindow(start, ends[i], string.Intern(territories[i])))]);

        T? Optional<T>(int column, Func<int, T> read) where T : class => reader.IsDBNull(column) ? null : read(column);
        T? OptionalValue<T>(int column, Func<int, T> read) where T : struct => reader.IsDBNull(column) ? null : read(column);
    }
}
