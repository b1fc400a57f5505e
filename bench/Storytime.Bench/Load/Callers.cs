using System.Buffers.Binary;
using System.Globalization;
using System.Net.Http.Json;
using Microsoft.Extensions.Options;
using Npgsql;
using Storytime.Platform.Auth;

namespace Storytime.Bench.Load;

/// <summary>
/// Who calls, and with what: sessions as rows, tokens signed as the app signs them, and words to search for, in files that the scripts of wrk read. Children whose id is a
/// multiple of ten have a session with the same id, their parents one whose id is a hash, so that pgbench's scripts find them by arithmetic.
/// </summary>
internal sealed class Callers(LoadOptions options, PublishedApp app, NpgsqlDataSource data)
{
    /// <summary>No blanks, because it is an argument of a script.</summary>
    public const string Password = "a-quiet-evening-story";

    private const int PopularBooks = 50;

    /// <summary>Parents with a password.</summary>
    private const int SignIns = 2_000;

    private readonly AccessTokens _tokens = new(Options.Create(new AuthOptions { SigningKey = app.SigningKey, ParentTokenLifetime = TimeSpan.FromDays(1) }));
    private readonly DateTimeOffset _now = TimeProvider.System.GetUtcNow();

    /// <summary>What a password hash costs, as the app made one.</summary>
    public (string Name, int Iterations) Hash { get; private set; }

    public async Task MakeAsync(CancellationToken ct)
    {
        await ExecuteAsync($"""
            insert into child_sessions (id, child_profile_id, device_name, created_at, expires_at) overriding system value
            select distinct child_profile_id, child_profile_id, 'Bench', now(), date_trunc('second', now()) + interval '30 days'
            from library_items where child_profile_id % 10 = 0 or book_id <= {PopularBooks};
            select setval(pg_get_serial_sequence('child_sessions', 'id'), (select max(id) from child_sessions));
            insert into parent_sessions (id, user_id, device_name, address_hash, signed_in_at, last_used_at)
            select md5('bench' || n)::uuid, n, 'Bench', sha256('bench'), now() - interval '1 hour', now() - interval '1 hour' from generate_series(5, {Seed.Parents}, 5) as n;
            analyze child_sessions, parent_sessions
            """, ct);
        await WriteAsync("children.txt", """
            select child_profile_id, string_agg(book_id::text, ','), string_agg(book_id::text, ',') filter (where p.position_seconds is not null)
            from library_items left join resume_positions p using (child_profile_id, book_id) where child_profile_id % 10 = 0 group by 1 order by 1
            """, r => $"{Child(r.GetInt64(0))} {r.GetString(1)} {r.GetString(2)}", ct);
        await WriteAsync("popular.txt", $"select child_profile_id, book_id from library_items where book_id <= {PopularBooks} order by 1, 2",
            r => Text($"{Child(r.GetInt64(0))} {r.GetInt64(1)}"), ct);
        await WriteAsync("parents.txt", "select id, user_id from parent_sessions where device_name = 'Bench' order by 2",
            r => Text($"{r.GetInt64(1) * 2} {_tokens.ForParent(r.GetInt64(1), r.GetGuid(0), _now).Jwt}"), ct);
        await MakePasswordsAsync(ct);
    }

    /// <returns>How many there are of each list.</returns>
    public async Task<IReadOnlyDictionary<string, int>> MakeQueriesAsync(CancellationToken ct)
    {
        await ExecuteAsync(Queries.Sql, ct);
        var counts = new Dictionary<string, int>();
        foreach (var list in Queries.Lists)
        {
            counts[list] = await WriteAsync($"queries-{list}.txt", $"select words from bench_queries where list = '{list}' order by n",
                r => r.GetString(0).Replace(' ', '+'), ct);
        }
        return counts;
    }

    /// <summary>One account registers, and lends its hash to others: to hash thousands of passwords would take minutes.</summary>
    private async Task MakePasswordsAsync(CancellationToken ct)
    {
        const string Email = "first@bench.example";
        using var answer = await app.Http.PostAsJsonAsync(new Uri("/api/v1/auth/register", UriKind.Relative), new { email = Email, password = Password }, ct);
        answer.EnsureSuccessStatusCode();
        await using var command = data.CreateCommand($"select password_hash from users where email = '{Email}'");
        Hash = Describe((string)(await command.ExecuteScalarAsync(ct))!);
        await ExecuteAsync($"update users set password_hash = (select password_hash from users where email = '{Email}') where id <= {SignIns}", ct);
        await WriteAsync("logins.txt", $"select email from users where id <= {SignIns} order by id", r => r.GetString(0), ct);
    }

    /// <summary>
    /// Of ASP.NET Core Identity's format 3: a byte 1, then the pseudo-random function and the number of iterations, four bytes each
    /// (https://github.com/dotnet/aspnetcore/blob/main/src/Identity/Extensions.Core/src/PasswordHasher.cs).
    /// </summary>
    private static (string Name, int Iterations) Describe(string hash)
    {
        var bytes = Convert.FromBase64String(hash);
        if (bytes[0] != 1)
            return ("a hash of another kind", 0);
        var function = BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(1)) switch { 0 => "SHA1", 1 => "SHA256", _ => "SHA512" };
        var iterations = BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(5));
        return (Text($"PBKDF2-HMAC-{function}, {iterations:N0} iterations"), iterations);
    }

    /// <summary>A child's id and the token of its session.</summary>
    private string Child(long id) => Text($"{id} {_tokens.ForChild(id, (id + 1) / 2, id, _now, _now.AddDays(29))}");

    private async Task<int> WriteAsync(string file, string sql, Func<NpgsqlDataReader, string> line, CancellationToken ct)
    {
        await using var command = data.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var count = 0;
        await using var writer = new StreamWriter(Path.Combine(options.Files, file));
        for (; await reader.ReadAsync(ct); count++)
            await writer.WriteLineAsync(line(reader));
        return count;
    }

    private async Task ExecuteAsync(string sql, CancellationToken ct)
    {
        await using var command = data.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(ct);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
