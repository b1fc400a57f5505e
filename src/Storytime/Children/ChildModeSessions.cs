using Storytime.Accounts;
using Storytime.Data;

namespace Storytime.Children;

/// <summary>The devices in child mode of all children of an account.</summary>
internal sealed class ChildModeSessions(StorytimeDb db) : IAccountSessions
{
    public Task EndAllAsync(long userId, DateTimeOffset now, CancellationToken ct) => db.EndChildSessionsAsync(userId, now, ct);
}
