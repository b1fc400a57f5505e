using Microsoft.EntityFrameworkCore;
using Storytime.Accounts;
using Storytime.Data;

namespace Storytime.Children;

/// <summary>The devices in child mode of all children of an account.</summary>
internal sealed class ChildModeSessions(StorytimeDb db) : IAccountSessions
{
    public Task EndAllAsync(long userId, DateTimeOffset now, CancellationToken ct) => db.ChildSessions
        .Where(s => s.RevokedAt == null && db.ChildProfiles.Any(c => c.Id == s.ChildProfileId && c.UserId == userId))
        .ExecuteUpdateAsync(set => set.SetProperty(s => s.RevokedAt, now), ct);
}
