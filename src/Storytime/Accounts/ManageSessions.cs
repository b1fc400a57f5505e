using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Platform.Errors;

namespace Storytime.Accounts;

/// <summary>A device on which the parent is signed in.</summary>
/// <param name="DeviceName">What the app called it, or the head of its user agent.</param>
/// <param name="SignedInAt">When a password was given there.</param>
/// <param name="LastUsedAt">Its last sign-in or refresh.</param>
/// <param name="Current">Whether it is the one that asks.</param>
public sealed record ParentSessionResponse(Guid Id, string? DeviceName, DateTimeOffset SignedInAt, DateTimeOffset LastUsedAt, bool Current);

internal static class ManageSessions
{
    /// <summary>The devices on which the parent is signed in, last used first.</summary>
    [EndpointName("list_sessions")]
    public static async Task<Ok<Page<ParentSessionResponse>>> List(
        [AsParameters] PageQuery page, Parent parent, StorytimeDb db, TimeProvider time, CancellationToken ct)
    {
        var now = time.Now();
        return TypedResults.Ok(await db.LiveSessions(now).Where(s => s.UserId == parent.UserId)
            .OrderByDescending(s => s.LastUsedAt).ThenBy(s => s.Id)
            .Select(s => new ParentSessionResponse(s.Id, s.DeviceName, s.SignedInAt, s.LastUsedAt, s.Id == parent.SessionId))
            .PageAsync(page, ct));
    }

    /// <summary>Signs one device out, at once: its access token ends too. It may be the one that asks.</summary>
    [EndpointName("end_session")]
    public static async Task<Results<NoContent, ApiError>> End(Guid id, Parent parent, StorytimeDb db, TimeProvider time, CancellationToken ct) =>
        await EndAsync(db.ParentSessions.Where(s => s.Id == id && s.UserId == parent.UserId), time.Now(), ct) > 0
            ? TypedResults.NoContent()
            : ApiError.NotFound("session");

    /// <summary>Signs all other devices out, at once. Devices in child mode stay as they are.</summary>
    [EndpointName("end_other_sessions")]
    public static async Task<NoContent> EndOthers(Parent parent, StorytimeDb db, TimeProvider time, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        // One at a time for each account: two devices that sign each other out would lock each other's rows.
        await db.Users.FromSql($"select * from users where id = {parent.UserId} for no key update").AnyAsync(ct);
        await db.EndSessionsAsync(parent.UserId, parent.SessionId, time.Now(), ct);
        await transaction.CommitAsync(ct);
        return TypedResults.NoContent();
    }

    /// <summary>Ends a parent's sessions, at once, but for one. The caller holds the account's row, so that none begins meanwhile (<see cref="Login"/>).</summary>
    public static Task EndSessionsAsync(this StorytimeDb db, long userId, Guid? except, DateTimeOffset now, CancellationToken ct) =>
        EndAsync(db.ParentSessions.Where(s => s.UserId == userId && s.Id != except && s.RevokedAt == null), now, ct);

    private static Task<int> EndAsync(IQueryable<ParentSession> sessions, DateTimeOffset now, CancellationToken ct) =>
        sessions.ExecuteUpdateAsync(s => s.SetProperty(x => x.RevokedAt, x => x.RevokedAt ?? now), ct);
}
