using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Storytime.Accounts;
using Storytime.Children;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Errors;

namespace Storytime.Admin.Support;

/// <summary>A parent's account with its children and devices by their ids. Names of children and devices are shown by a reveal only: parents put their own into both.</summary>
/// <param name="Email">Null when the account is deleted; then <c>erasure</c> says since when, as long as that is not forgotten, too.</param>
/// <param name="HasPassword">False for one that signs in with Apple only.</param>
/// <param name="Sessions">The newest 100 devices of the parent, live ones first; ended ones go after about 30 days.</param>
/// <param name="ChildSessions">The newest 100 devices in child mode, live ones first; ended ones go after about 90 days.</param>
/// <param name="Erasure">Of the account, while it is under way. Which account a single erased child was of is forgotten at once; its parent has a receipt.</param>
public sealed record UserDetailsResponse(
    long Id, string? Email, bool? EmailConfirmed, bool? HasPassword, string? Country, DateTimeOffset? CreatedAt, IReadOnlyList<UserConsent> Consents,
    IReadOnlyList<UserChild> Children, IReadOnlyList<UserSession> Sessions, IReadOnlyList<UserChildSession> ChildSessions, UserErasure? Erasure);

public sealed record UserConsent(string TermsVersion, string PrivacyVersion, ConsentMethod Method, DateTimeOffset GrantedAt, DateTimeOffset? WithdrawnAt);

/// <param name="HasScreenTime">Whether the parent limits its time.</param>
public sealed record UserChild(long Id, int? BirthYear, DateTimeOffset CreatedAt, bool HasScreenTime, int ShelfBooks, int LiveChildSessions);

/// <param name="HasDeviceName">Whether there is a name to reveal.</param>
public sealed record UserSession(Guid Id, DateTimeOffset SignedInAt, DateTimeOffset LastUsedAt, DateTimeOffset? RevokedAt, bool Live, bool HasDeviceName);

/// <param name="HasDeviceName">Whether there is a name to reveal.</param>
public sealed record UserChildSession(
    long Id, long ChildId, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, DateTimeOffset? RevokedAt, bool Live, bool HasDeviceName);

/// <param name="DueAt">When what is left is looked at next.</param>
public sealed record UserErasure(DateTimeOffset RequestedAt, DateTimeOffset DueAt);

internal static class ReadUser
{
    private const int MaxSessions = 100;

    /// <summary>A parent's account: consents, children and devices by id, and an erasure that is under way.</summary>
    [EndpointName("get_user")]
    public static async Task<Results<Ok<UserDetailsResponse>, ApiError>> Handle(long id, StorytimeDb db, TimeProvider time, CancellationToken ct)
    {
        var erasure = await db.Erasures.Where(e => e.UserId == id && e.CompletedAt == null).OrderByDescending(e => e.Id)
            .Select(e => new UserErasure(e.RequestedAt, e.DueAt)).FirstOrDefaultAsync(ct);
        var user = await db.Users.Where(u => u.Id == id)
            .Select(u => new { u.Email, u.EmailConfirmed, HasPassword = u.PasswordHash != null, u.Country, u.CreatedAt }).SingleOrDefaultAsync(ct);
        if (user is null && erasure is null)
            return ApiError.NotFound("user");
        var now = time.Now();
        return TypedResults.Ok(new UserDetailsResponse(
            id, user?.Email, user?.EmailConfirmed, user?.HasPassword, user?.Country, user?.CreatedAt, await ConsentsAsync(db, id, ct),
            await ChildrenAsync(db, id, now, ct), await SessionsAsync(db, id, now, ct), await ChildSessionsAsync(db, id, now, ct), erasure));
    }

    private static Task<List<UserConsent>> ConsentsAsync(StorytimeDb db, long id, CancellationToken ct) => db.ConsentRecords
        .Where(c => c.UserId == id).OrderByDescending(c => c.Id)
        .Select(c => new UserConsent(c.TermsVersion, c.PrivacyVersion, c.Method, c.GrantedAt, c.WithdrawnAt)).ToListAsync(ct);

    private static Task<List<UserChild>> ChildrenAsync(StorytimeDb db, long id, DateTimeOffset now, CancellationToken ct)
    {
        var live = db.ChildSessions.LiveAt(now);
        return db.ChildProfiles.Where(c => c.UserId == id).OrderBy(c => c.Id).Select(c => new UserChild(
            c.Id, c.BirthYear, c.CreatedAt, c.ScreenTime != null,
            db.LibraryItems.Count(i => i.ChildProfileId == c.Id), live.Count(s => s.ChildProfileId == c.Id))).ToListAsync(ct);
    }

    private static Task<List<UserSession>> SessionsAsync(StorytimeDb db, long id, DateTimeOffset now, CancellationToken ct)
    {
        var live = db.LiveSessions(now);
        return db.ParentSessions.Where(s => s.UserId == id).OrderByDescending(s => live.Any(l => l.Id == s.Id)).ThenByDescending(s => s.LastUsedAt).ThenBy(s => s.Id).Take(MaxSessions)
            .Select(s => new UserSession(s.Id, s.SignedInAt, s.LastUsedAt, s.RevokedAt, live.Any(l => l.Id == s.Id), s.DeviceName != null)).ToListAsync(ct);
    }

    private static Task<List<UserChildSession>> ChildSessionsAsync(StorytimeDb db, long id, DateTimeOffset now, CancellationToken ct)
    {
        var live = db.ChildSessions.LiveAt(now);
        return db.ChildSessionsOf(id).OrderByDescending(s => live.Any(l => l.Id == s.Id)).ThenByDescending(s => s.Id).Take(MaxSessions)
            .Select(s => new UserChildSession(s.Id, s.ChildProfileId, s.CreatedAt, s.ExpiresAt, s.RevokedAt, live.Any(l => l.Id == s.Id), s.DeviceName != null)).ToListAsync(ct);
    }
}
