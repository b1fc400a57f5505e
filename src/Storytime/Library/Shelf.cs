using Npgsql;
using NpgsqlTypes;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Auth;

namespace Storytime.Library;

/// <summary>A book on a shelf.</summary>
/// <param name="Position">Where the child stopped, as it was last reported; null when it never was.</param>
internal readonly record struct ShelfItem(long BookId, DateTimeOffset AddedAt, double? Position);

/// <param name="IsLive">Whether the session is.</param>
/// <param name="Child">Null when it is none of the viewer's.</param>
/// <param name="Items">The page, newest first.</param>
/// <param name="Total">How many books there are in all.</param>
internal sealed record ShelfPage(bool IsLive, ViewedChild? Child, List<ShelfItem> Items, int Total);

/// <summary>Pages of children's shelves, in hand-written SQL: this is one of the hottest paths. What the books are, memory knows.</summary>
internal sealed class Shelf
{
    public static readonly string Sql = ViewedChild.Select(
        ["on_page", "before"],
        "(select count(*) from library_items where child_profile_id = c.id)::int as total, page.*",
        """
        cross join lateral (select array_agg(book_id), array_agg(created_at), array_agg(position_seconds) from (
            select i.book_id, i.created_at, r.position_seconds
            from library_items i left join resume_positions r on r.child_profile_id = i.child_profile_id and r.book_id = i.book_id
            where i.child_profile_id = c.id order by i.created_at desc, i.id desc limit q.on_page offset q.before) as items) as page(books, added, positions)
        """);

    private readonly NpgsqlDataSource _database;
    private readonly Batcher<Question, ShelfPage> _pages;

    public Shelf([FromKeyedServices(DataSetup.Hot)] NpgsqlDataSource database)
    {
        _database = database;
        _pages = new(runs: 2, most: 20, _ => 1, AskAsync);
    }

    public Task<ShelfPage> ReadAsync(Viewer viewer, long childId, PageQuery query, DateTimeOffset now, CancellationToken ct)
    {
        var (page, perPage) = query.OrDefaults();
        return _pages.AskAsync(new Question(viewer, childId, now, perPage, (page - 1L) * perPage), ct);
    }

    private async Task<IReadOnlyList<ShelfPage>> AskAsync(IReadOnlyList<Question> questions)
    {
        await using var command = _database.CreateCommand(Sql);
        ViewedChild.AddTo(command.Parameters, questions);
        command.Parameters.AddArray(NpgsqlDbType.Bigint, questions.Select(q => q.OnPage));
        command.Parameters.AddArray(NpgsqlDbType.Bigint, questions.Select(q => q.Before));
        List<ShelfPage> pages = new(questions.Count);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            var (isLive, child) = ViewedChild.Read(reader);
            pages.Add(child is null ? new ShelfPage(isLive, null, [], 0) : new ShelfPage(isLive, child, ReadItems(reader), reader.GetInt32(ViewedChild.More)));
        }
        return pages;
    }

    private static List<ShelfItem> ReadItems(NpgsqlDataReader reader)
    {
        const int Books = ViewedChild.More + 1;
        if (reader.IsDBNull(Books))
            return [];
        var (books, added, positions) = (reader.GetFieldValue<long[]>(Books), reader.GetFieldValue<DateTime[]>(Books + 1), reader.GetFieldValue<double?[]>(Books + 2));
        List<ShelfItem> items = new(books.Length);
        for (var i = 0; i < books.Length; i++)
            items.Add(new(books[i], added[i], positions[i]));
        return items;
    }

    private sealed record Question(Viewer Viewer, long ChildId, DateTimeOffset Now, long OnPage, long Before) : ChildQuestion(Viewer, ChildId, Now);
}
