using Npgsql;
using NpgsqlTypes;
using Storytime.Data;
using Storytime.Platform.Auth;

namespace Storytime.Accounts;

/// <summary>A parent who looks through the catalog, as the database has it at one moment.</summary>
/// <param name="IsLive">Whether the session is.</param>
/// <param name="CatalogVersion">What is known of books must not be older.</param>
/// <param name="Country">Empty when the account is erased at this very moment: then only what is allowed everywhere is playable.</param>
internal sealed record BrowsingParent(bool IsLive, long CatalogVersion, string Country);

/// <summary>In hand-written SQL, for all who ask at the same time: this is one of the hottest paths.</summary>
internal sealed class BrowsingParents
{
    public const string Sql = """
        select exists (select from parent_sessions where id = p.session_id and user_id = p.user_id and revoked_at is null), v.version, coalesce(u.country, '')
        from unnest($1, $2) with ordinality as p(user_id, session_id, place) cross join catalog_versions v left join users u on u.id = p.user_id order by p.place
        """;

    private readonly NpgsqlDataSource _database;
    private readonly Batcher<Parent, BrowsingParent> _parents;

    public BrowsingParents([FromKeyedServices(DataSetup.Hot)] NpgsqlDataSource database)
    {
        _database = database;
        _parents = new(runs: 2, most: 100, _ => 1, AskAsync);
    }

    public Task<BrowsingParent> ReadAsync(Parent parent, CancellationToken ct) => _parents.AskAsync(parent, ct);

    private async Task<IReadOnlyList<BrowsingParent>> AskAsync(IReadOnlyList<Parent> parents)
    {
        await using var command = _database.CreateCommand(Sql);
        command.Parameters.AddArray(NpgsqlDbType.Bigint, parents.Select(p => p.UserId));
        command.Parameters.AddArray(NpgsqlDbType.Uuid, parents.Select(p => p.SessionId));
        List<BrowsingParent> found = new(parents.Count);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            found.Add(new BrowsingParent(reader.GetBoolean(0), reader.GetInt64(1), reader.GetString(2)));
        return found;
    }
}
