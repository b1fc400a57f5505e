using Npgsql;
using Storytime.Platform.Auth;

namespace Storytime.Accounts;

/// <summary>A parent who looks through the catalog, as the database has it at one moment, in one question.</summary>
/// <param name="IsLive">Whether the session is.</param>
/// <param name="CatalogVersion">What is known of books must not be older.</param>
/// <param name="Country">Empty when the account is erased at this very moment: then only what is allowed everywhere is playable.</param>
internal sealed record BrowsingParent(bool IsLive, long CatalogVersion, string Country)
{
    private const string Sql = """
        select exists (select from parent_sessions where id = $2 and user_id = $1 and revoked_at is null), v.version, coalesce((select country from users where id = $1), '')
        from catalog_versions v
        """;

    public static async Task<BrowsingParent> ReadAsync(Parent parent, NpgsqlDataSource database, CancellationToken ct)
    {
        await using var command = database.CreateCommand(Sql);
        command.Parameters.Add(new() { Value = parent.UserId });
        command.Parameters.Add(new() { Value = parent.SessionId });
        await using var reader = await command.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        return new BrowsingParent(reader.GetBoolean(0), reader.GetInt64(1), reader.GetString(2));
    }
}
