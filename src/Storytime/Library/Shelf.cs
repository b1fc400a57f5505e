using Npgsql;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Auth;

namespace Storytime.Library;

/// <summary>A book on a shelf.</summary>
/// <param name="Position">Where the child stopped, as it was last reported; null when it never was.</param>
internal readonly record struct ShelfItem(long BookId, DateTimeOffset AddedAt, double? Position);

/// <summary>A page of a child's shelf, in hand-written SQL: this is one of the hottest paths. What the books are, memory knows.</summary>
internal sealed class Shelf([FromKeyedServices(DataSetup.Hot)] NpgsqlDataSource database)
{
    private static readonly string _childSql = ViewedChild.Select("(select count(*) from library_items where child_profile_id = c.id)::int as total");

    private const string ItemsSql = """
        select i.book_id, i.created_at, r.position_seconds
        from library_items i left join resume_positions r on r.child_profile_id = i.child_profile_id and r.book_id = i.book_id
        where i.child_profile_id = $1 order by i.created_at desc, i.id desc limit $2 offset $3
        """;

    /// <returns>Whether the session is live; the child, or null when it is none of the viewer's; the page, newest first, and how many books there are in all.</returns>
    public async Task<(bool IsLive, ViewedChild? Child, List<ShelfItem> Items, int Total)> ReadAsync(Viewer viewer, long childId, PageQuery query, DateTimeOffset now, CancellationToken ct)
    {
        var (page, perPage) = query.OrDefaults();
        // Two statements, one round trip.
        await using var batch = database.CreateBatch();
        var child = new NpgsqlBatchCommand(_childSql);
        ViewedChild.AddTo(child.Parameters, viewer, childId, now);
        batch.BatchCommands.Add(child);
        var items = new NpgsqlBatchCommand(ItemsSql);
        items.Parameters.Add(new() { Value = childId });
        items.Parameters.Add(new() { Value = (long)perPage });
        items.Parameters.Add(new() { Value = (page - 1L) * perPage });
        batch.BatchCommands.Add(items);

        await using var reader = await batch.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        var (isLive, viewed) = ViewedChild.Read(reader);
        if (viewed is null)
            return (isLive, null, [], 0);
        var total = reader.GetInt32(ViewedChild.More);
        await reader.NextResultAsync(ct);
        List<ShelfItem> found = new(perPage);
        while (await reader.ReadAsync(ct))
            found.Add(new(reader.GetInt64(0), reader.GetFieldValue<DateTimeOffset>(1), reader.IsDBNull(2) ? null : reader.GetDouble(2)));
        return (isLive, viewed, found, total);
    }
}
