using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Storytime.Data;
using Storytime.Platform.Auth;
using Storytime.Platform.Errors;

namespace Storytime.Accounts;

/// <summary>
/// Checks a parent's password, and bounds how often that can be tried, in a way that an attacker cannot turn against the owner (ADR 11). All that is done for
/// an e-mail without an account is the same as for one with an account.
/// </summary>
internal sealed class PasswordCheck(StorytimeDb db, NpgsqlDataSource data, Passwords passwords, Pseudonyms pseudonyms)
{
    public static readonly ApiError Wrong = new(401, "invalid_credentials", "E-mail address and password do not belong together.");

    /// <summary>
    /// Counts an attempt, first for the address it comes from, then, if it may still try, for all addresses together (the row with no address). One statement, and
    /// before the password is looked at: of guesses that come at the same time each finds those before it counted. The rows are locked in this order everywhere.
    /// </summary>
    /// <returns>Null when this attempt may be made, otherwise the time from which there is another one.</returns>
    private const string Count = """
        with here as (
            insert into sign_in_failures as f (email_hash, address_hash, failures, counted_since) values ($1, $2, 1, $4)
            on conflict (email_hash, address_hash) do update set
                failures = case when coalesce(f.locked_until, f.counted_since + interval '15 minutes') <= $4 then 1 else f.failures + 1 end,
                counted_since = case when coalesce(f.locked_until, f.counted_since + interval '15 minutes') <= $4 then $4 else f.counted_since end,
                locked_until = case
                    when coalesce(f.locked_until, f.counted_since + interval '15 minutes') <= $4 then null
                    when f.failures + 1 = 10 then $4 + interval '15 minutes'
                    else f.locked_until end
            returning failures, locked_until),
        everywhere as (
            insert into sign_in_failures as f (email_hash, address_hash, failures, counted_since) select $1, ''::bytea, 1, $4 from here where failures <= 10
            on conflict (email_hash, address_hash) do update set
                failures = case when f.counted_since + interval '1 hour' <= $4 then 1 else f.failures + 1 end,
                counted_since = case when f.counted_since + interval '1 hour' <= $4 then $4 else f.counted_since end
            returning failures, counted_since)
        select case
            when here.failures > 10 then here.locked_until
            when everywhere.failures > 100
                and not exists (select from parent_sessions where user_id = $3 and address_hash = $2 and last_used_at > $4 - interval '90 days')
                then everywhere.counted_since + interval '1 hour'
            end
        from here left join everywhere on true
        """;

    /// <summary>Not inside a transaction: a count that is rolled back would be none.</summary>
    /// <param name="email">The account's own, where there is one: spellings of it must not be counted apart.</param>
    /// <param name="user">Null when no account has this e-mail.</param>
    /// <returns>Null when the password is right; otherwise 401 <c>invalid_credentials</c>, or 429 <c>rate_limited</c> without having looked at it.</returns>
    public async Task<ApiError?> RefusalAsync(string email, User? user, string password, Client client, DateTimeOffset now, CancellationToken ct)
    {
        var (emailHash, addressHash) = (pseudonyms.OfEmail(email), pseudonyms.OfAddress(client.Address));
        if (await CountAsync(emailHash, addressHash, user?.Id, now, ct) is { } until)
            return ApiError.RateLimited(until - now);

        var hash = user?.PasswordHash;
        var verified = await passwords.CheckAsync(hash, password, ct);
        if (verified == PasswordVerificationResult.Failed)
            return Wrong;
        if (verified == PasswordVerificationResult.SuccessRehashNeeded)
            await RehashAsync(user!, password, ct);
        await ForgetAsync(emailHash, addressHash, ct);
        return null;
    }

    /// <summary>Whoever has shown otherwise that the account is theirs may try the new password at once, from everywhere. In the caller's transaction.</summary>
    /// <remarks>Locks the rows in the order in which an attempt does, the one of all addresses last. A row that comes meanwhile stays.</remarks>
    public Task ForgetAllAsync(string email, CancellationToken ct) => db.Database.ExecuteSqlAsync($"""
        with counts as (select email_hash, address_hash from sign_in_failures where email_hash = {pseudonyms.OfEmail(email)} order by address_hash desc for update)
        delete from sign_in_failures where (email_hash, address_hash) in (select email_hash, address_hash from counts)
        """, ct);

    private async Task<DateTimeOffset?> CountAsync(byte[] emailHash, byte[] addressHash, long? userId, DateTimeOffset now, CancellationToken ct)
    {
        await using var command = data.CreateCommand(Count);
        command.Parameters.Add(new NpgsqlParameter { Value = emailHash });
        command.Parameters.Add(new NpgsqlParameter { Value = addressHash });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)userId ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Bigint });
        command.Parameters.Add(new NpgsqlParameter { Value = now });
        return await command.ExecuteScalarAsync(ct) is DateTime until ? until : null;
    }

    /// <summary>The right password was no failure: the address begins anew, and the sum loses the one that was counted for it.</summary>
    private async Task ForgetAsync(byte[] emailHash, byte[] addressHash, CancellationToken ct)
    {
        await using var batch = data.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand("delete from sign_in_failures where email_hash = $1 and address_hash = $2")
        {
            Parameters = { new NpgsqlParameter { Value = emailHash }, new NpgsqlParameter { Value = addressHash } },
        });
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            "update sign_in_failures set failures = failures - 1 where email_hash = $1 and address_hash = '' and failures > 0")
        {
            Parameters = { new NpgsqlParameter { Value = emailHash } },
        });
        await batch.ExecuteNonQueryAsync(ct);
    }

    /// <summary>Identity hashes more strongly with time; only who knows the password can do it anew.</summary>
    private async Task RehashAsync(User user, string password, CancellationToken ct)
    {
        var (old, hash) = (user.PasswordHash, await passwords.HashAsync(password, ct));
        if (await db.Users.Where(u => u.Id == user.Id && u.PasswordHash == old).ExecuteUpdateAsync(u => u.SetProperty(x => x.PasswordHash, hash), ct) == 0)
            return;
        user.PasswordHash = hash;
        // It is stored: saving the user for another reason must not write it over a password that was changed meanwhile.
        db.Entry(user).Property(u => u.PasswordHash).OriginalValue = hash;
    }
}
