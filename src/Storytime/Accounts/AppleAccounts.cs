using Microsoft.EntityFrameworkCore;
using Storytime.Data;
using Storytime.Platform;

namespace Storytime.Accounts;

/// <summary>Which account an Apple Account opens.</summary>
internal sealed partial class AppleAccounts(StorytimeDb db, ConsentPolicy consent, IEnumerable<IAccountSessions> sessions, ILogger<AppleAccounts> logger)
{
    /// <summary>Finds, links or makes it, in the caller's transaction; the caller saves, commits and calls <see cref="ConsentPolicy.Nudge"/>.</summary>
    /// <returns>Nothing when no account is known and Apple does not vouch for an address; and whether the account is new.</returns>
    public async Task<((User User, AppleIdentity Identity)? Account, bool IsNew)> OpenAsync(ApplePerson person, string country, DateTimeOffset now, CancellationToken ct)
    {
        // Two first sign-ins of one person at the same time: the second finds what the first has made.
        await db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock(hashtextextended({"apple:" + person.Subject}, 0))", ct);
        if (await db.AppleIdentities.SingleOrDefaultAsync(i => i.Subject == person.Subject, ct) is { } known)
        {
            // Locked: when the account is being deleted, there is none once that is through.
            var owner = await db.Users.FromSql($"select * from users where id = {known.UserId} for key share").SingleOrDefaultAsync(ct);
            return (owner is null ? null : (owner, known), false);
        }
        if (!person.EmailIsVerified)
            return (null, false);

        var (user, isNew) = await FindOrRegisterAsync(person.Email!, country, now, ct);
        if (!isNew && !user.EmailConfirmed)
            await HandOverAsync(user, now, ct);
        var identity = AppleIdentity.Link(user.Id, person.Subject, now);
        db.AppleIdentities.Add(identity);
        Log.Linked(logger, user.Id, isNew);
        return ((user, identity), isNew);
    }

    private async Task<(User User, bool IsNew)> FindOrRegisterAsync(string email, string country, DateTimeOffset now, CancellationToken ct)
    {
        if (await LockAsync(email, ct) is { } there)
            return (there, false);
        var user = User.Register(email, country, now);
        user.EmailConfirmed = true;
        db.Users.Add(user);
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException e) when (e.Violates(User.UniqueEmail))
        {
            // Somebody registered the address at this very moment. (Entity Framework has gone back to its savepoint.)
            db.ChangeTracker.Clear();
            return ((await LockAsync(email, ct))!, false);
        }
        consent.AcceptAtRegistration(user, now);
        return (user, true);
    }

    /// <summary>
    /// Locked, so that a sign-in with its password, at the same time, comes before or after. "No key": a refresh, which holds its session and then refers to the account,
    /// must not wait for us while we wait for the session.
    /// </summary>
    private Task<User?> LockAsync(string email, CancellationToken ct) =>
        db.Users.FromSql($"select * from users where lower(email) = lower({email}) for no key update").SingleOrDefaultAsync(ct);

    /// <summary>
    /// Whoever registered it never showed that the address is theirs: it may be someone who waits there for the owner of the address to move in. What they know opens
    /// nothing any more, and the consent on record was not the owner's.
    /// </summary>
    private async Task HandOverAsync(User user, DateTimeOffset now, CancellationToken ct)
    {
        user.GiveToOwnerOfAddress(now);
        foreach (var kind in sessions)
            await kind.EndAllAsync(user.Id, now, ct);
        await db.EndLinksAsync(user.Id, now, ct, Enum.GetValues<AccountTokenKind>());
        consent.AcceptAtRegistration(user, now);
        Log.HandedOver(logger, user.Id);
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "User {UserId} signs in with Apple from now on; new account: {IsNew}")]
        public static partial void Linked(ILogger logger, long userId, bool isNew);

        [LoggerMessage(LogLevel.Warning, "User {UserId}: Apple knows the owner of the address, which was never confirmed; password and sessions have ended")]
        public static partial void HandedOver(ILogger logger, long userId);
    }
}
