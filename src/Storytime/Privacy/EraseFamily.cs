using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using NpgsqlTypes;
using Storytime.Accounts;
using Storytime.Children;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Usage;

namespace Storytime.Privacy;

/// <summary>
/// What happens at once when something is to be erased, in one transaction: everything that anybody can see of it goes, and an <see cref="Erasure"/> takes down what
/// <see cref="EraseData"/> has to delete besides.
/// </summary>
internal sealed class EraseFamily(StorytimeDb db, PasswordCheck check, RequestCounts counts, Nudges nudges)
{
    /// <summary>Mails with receipts to an account that stays, in an hour; whose account it is could otherwise flood the address. The answers have the receipts anyway.</summary>
    public const int MaxMailsPerHour = 10;

    /// <param name="childId">Of <see cref="ErasureKind.Child"/>; otherwise null, which is all children.</param>
    /// <returns>Null when there is nothing to erase: no such child of this parent, neither consent nor children, or no account any more.</returns>
    public async Task<Erasure?> RunAsync(ErasureKind kind, Parent parent, long? childId, DateTimeOffset now, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var children = db.ChildrenOf(parent).Where(c => childId == null || c.Id == childId);
        var locked = await LockAsync(kind, parent, children, ct);
        if (await db.Users.FromSql($"select * from users where id = {parent.UserId} for update").SingleOrDefaultAsync(ct) is not { } user)
            return null;
        var ids = await children.Select(c => c.Id).OrderBy(id => id).ToArrayAsync(ct);
        if (ids.Except(locked).Any())
        {
            // One was added meanwhile, whose usage may be being stored; its turn comes before the account, so all anew.
            await transaction.RollbackAsync(ct);
            db.ChangeTracker.Clear();
            return await RunAsync(kind, parent, childId, now, ct);
        }
        if (kind == ErasureKind.Child && ids.Length == 0)
            return null;
        if (kind == ErasureKind.ConsentWithdrawn && !await WithdrawConsentAsync(user, now, ct) && ids.Length == 0)
        {
            await transaction.CommitAsync(ct);
            return null;
        }

        var tokens = kind == ErasureKind.Account
            ? await db.AppleIdentities.Where(i => i.UserId == user.Id && i.SealedRefreshToken != null).Select(i => i.SealedRefreshToken!).ToArrayAsync(ct)
            : [];
        var erasure = Erasure.Request(kind, user, ids, tokens, await CountAsync(kind, ids, user.Id, transaction, ct),
            await db.RollUpMarks.Select(m => m.Watermark).SingleAsync(ct), now);
        db.Erasures.Add(erasure);
        await ForgetReasonsAsync(kind, user.Id, ids, ct);
        // All else about a child goes with its row.
        await db.ChildProfiles.Where(c => ids.Contains(c.Id)).ExecuteDeleteAsync(ct);
        if (kind == ErasureKind.Account)
            await DeleteAccountAsync(user, ct);
        if (kind == ErasureKind.Account || await counts.CountAsync([new Limit($"erasure-mails:account:{user.Id}", MaxMailsPerHour)], TimeSpan.FromHours(1), ct) == TimeSpan.Zero)
            db.OutgoingMails.Add(OutgoingMail.To(user.Email!, MailKind.Erased, userId: null, now, erasure.Receipt));
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        nudges.SendMails();
        nudges.Send<EraseData>(j => j.RunAsync(erasure.Id, CancellationToken.None));
        return erasure;
    }

    /// <summary>
    /// In the order in which others lock, so that nobody waits for each other: a new password has the account before the sessions, a usage report the turn of the
    /// child before its row. A refresh has the session before the account and a book that is put on the shelf the child, but both only refer to the account, which
    /// this lock lets them; the one that deletes it comes last. Usage that is being stored is waited for; what comes later finds no child.
    /// </summary>
    /// <returns>The ids of the children that are locked.</returns>
    private async Task<long[]> LockAsync(ErasureKind kind, Parent parent, IQueryable<ChildProfile> children, CancellationToken ct)
    {
        await db.Database.ExecuteSqlAsync($"select from users where id = {parent.UserId} for no key update", ct);
        var childIds = await children.Select(c => c.Id).OrderBy(id => id).ToArrayAsync(ct);
        if (kind == ErasureKind.Account)
            await db.Database.ExecuteSqlAsync($"select from parent_sessions where user_id = {parent.UserId} order by id for update", ct);
        await db.Database.ExecuteSqlRawAsync(UsageStore.LockSql.Replace("$1", "{0}", StringComparison.Ordinal), [childIds], ct);
        await db.Database.ExecuteSqlAsync($"select from child_profiles where id = any({childIds}) order by id for update", ct);
        return childIds;
    }

    /// <summary>The rows that go in this transaction, by table, as JSON.</summary>
    private async Task<string> CountAsync(ErasureKind kind, long[] childIds, long userId, IDbContextTransaction transaction, CancellationToken ct)
    {
        var counts =
            from table in DataInventory.Tables
            where table.Erased == ErasedHow.AtOnce
            let rows = kind == ErasureKind.Account ? table.OfAccount : table.OfChildren
            where rows is not null
            select $"'{table.Name}', (select count(*) from {table.Name} where {rows})";
        await using DbCommand command = new NpgsqlCommand(
            $"select jsonb_build_object({string.Join(", ", counts)})::text", (NpgsqlConnection)db.Database.GetDbConnection(), (NpgsqlTransaction)transaction.GetDbTransaction())
        {
            Parameters =
            {
                new NpgsqlParameter { Value = childIds, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint },
                new NpgsqlParameter { Value = userId, NpgsqlDbType = NpgsqlDbType.Bigint },
            },
        };
        return (string)(await command.ExecuteScalarAsync(ct))!;
    }

    /// <summary>That staff did something for the family stays; what they wrote about it may have names in it.</summary>
    private Task<int> ForgetReasonsAsync(ErasureKind kind, long userId, long[] childIds, CancellationToken ct) => db.AuditEntries
        .Where(e => (e.SubjectType == ChildProfile.AuditSubject && childIds.Contains(e.SubjectId))
            || (kind == ErasureKind.Account && e.SubjectType == User.AuditSubject && e.SubjectId == userId))
        .ExecuteUpdateAsync(e => e.SetProperty(x => x.Before, (string?)null).SetProperty(x => x.After, (string?)null), ct);

    private async Task DeleteAccountAsync(User user, CancellationToken ct)
    {
        // What hangs on the address alone. In what is still on its way the address may be spelled differently.
        await db.OutgoingMails.Where(m => m.UserId == null && m.Kind != MailKind.Erased && m.ToEmail.ToLower() == user.Email!.ToLower()).ExecuteDeleteAsync(ct);
        await check.ForgetAllAsync(user.Email!, ct);
        // All else about an account goes with its row.
        await db.Users.Where(u => u.Id == user.Id).ExecuteDeleteAsync(ct);
        db.Entry(user).State = EntityState.Detached;
    }

    /// <returns>Whether there was a consent.</returns>
    private async Task<bool> WithdrawConsentAsync(User user, DateTimeOffset now, CancellationToken ct)
    {
        var consents = await db.ConsentRecords.Where(c => c.UserId == user.Id && c.WithdrawnAt == null).ToListAsync(ct);
        foreach (var consent in consents)
            consent.Withdraw(now);
        // A link that was asked for before must not bring it back.
        await db.AccountTokens.Where(t => t.UserId == user.Id && t.Kind == AccountTokenKind.Consent).ExecuteDeleteAsync(ct);
        await db.OutgoingMails.Where(m => m.UserId == user.Id && (m.Kind == MailKind.Consent || m.Kind == MailKind.ConsentGiven)).ExecuteDeleteAsync(ct);
        return consents.Count > 0;
    }
}
