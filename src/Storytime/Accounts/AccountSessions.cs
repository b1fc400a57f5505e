using Storytime.Data;

namespace Storytime.Accounts;

/// <summary>The sessions of an account, which end at once when its password is chosen anew. One each for parents' devices and for those in child mode.</summary>
internal interface IAccountSessions
{
    Task EndAllAsync(long userId, DateTimeOffset now, CancellationToken ct);
}

internal sealed class ParentSessions(StorytimeDb db) : IAccountSessions
{
    public Task EndAllAsync(long userId, DateTimeOffset now, CancellationToken ct) => db.EndSessionsAsync(userId, except: null, now, ct);
}
