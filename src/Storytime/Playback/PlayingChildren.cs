using Npgsql;
using NpgsqlTypes;
using Storytime.Data;
using Storytime.Library;
using Storytime.Platform.Auth;

namespace Storytime.Playback;

/// <summary>A child that wants to play a book.</summary>
/// <param name="IsLive">Whether the session is.</param>
/// <param name="Child">Null when it is none of the viewer's.</param>
/// <param name="InLibrary">Whether the book is on its shelf.</param>
/// <param name="Position">Where the child stopped, as it was last reported; null when it never was.</param>
internal sealed record PlayingChild(bool IsLive, ViewedChild? Child, bool InLibrary, double? Position);

/// <summary>Asks for them in hand-written SQL: this is the hottest path.</summary>
internal sealed class PlayingChildren
{
    public static readonly string Sql = ViewedChild.Select(["book_id"], """
        exists (select from library_items where child_profile_id = c.id and book_id = q.book_id) as in_library,
        (select position_seconds from resume_positions where child_profile_id = c.id and book_id = q.book_id) as position
        """);

    private readonly NpgsqlDataSource _database;
    private readonly Batcher<Question, PlayingChild> _children;

    public PlayingChildren([FromKeyedServices(DataSetup.Hot)] NpgsqlDataSource database)
    {
        _database = database;
        _children = new(runs: 2, most: 100, _ => 1, AskAsync);
    }

    public Task<PlayingChild> ReadAsync(Viewer viewer, long childId, long bookId, DateTimeOffset now, CancellationToken ct) =>
        _children.AskAsync(new Question(viewer, childId, now, bookId), ct);

    private async Task<IReadOnlyList<PlayingChild>> AskAsync(IReadOnlyList<Question> questions)
    {
        await using var command = _database.CreateCommand(Sql);
        ViewedChild.AddTo(command.Parameters, questions);
        command.Parameters.AddArray(NpgsqlDbType.Bigint, questions.Select(q => q.BookId));
        List<PlayingChild> found = new(questions.Count);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            var (isLive, child) = ViewedChild.Read(reader);
            found.Add(child is null
                ? new PlayingChild(isLive, null, false, null)
                : new PlayingChild(isLive, child, reader.GetBoolean(ViewedChild.More), reader.IsDBNull(ViewedChild.More + 1) ? null : reader.GetDouble(ViewedChild.More + 1)));
        }
        return found;
    }

    private sealed record Question(Viewer Viewer, long ChildId, DateTimeOffset Now, long BookId) : ChildQuestion(Viewer, ChildId, Now);
}
