using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Storytime.Accounts;
using Storytime.Children;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Platform.Errors;

namespace Storytime.Admin.Support;

/// <summary>For a device that was lost, and a family that cannot get at it.</summary>
internal static class EndUserSessions
{
    /// <summary>Signs a family out on all its devices, those in child mode too, at once.</summary>
    [EndpointName("end_user_sessions")]
    public static async Task<Results<NoContent, ApiError>> All(
        long id, Staff staff, StorytimeDb db, IEnumerable<IAccountSessions> sessions, TimeProvider time, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        // Held to the end, so that no session begins meanwhile.
        if (!await db.Users.FromSql($"select * from users where id = {id} for no key update").AnyAsync(ct))
            return ApiError.NotFound("user");
        var now = time.Now();
        var before = new
        {
            LiveSessions = await db.LiveSessions(now).CountAsync(s => s.UserId == id, ct),
            LiveChildSessions = await db.ChildSessionsOf(id).LiveAt(now).CountAsync(ct),
        };
        foreach (var kind in sessions)
            await kind.EndAllAsync(id, now, ct);
        if (before is not { LiveSessions: 0, LiveChildSessions: 0 })
            db.AuditEntries.Add(AuditEntry.Of(staff, "sessions_ended", User.AuditSubject, id, before, null, now));
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return TypedResults.NoContent();
    }

    /// <summary>Signs a parent out on one device, at once.</summary>
    [EndpointName("end_user_session")]
    public static async Task<Results<NoContent, ApiError>> Parents(long id, Guid sessionId, Staff staff, StorytimeDb db, TimeProvider time, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (await db.ParentSessions.FromSql($"select * from parent_sessions where id = {sessionId} and user_id = {id} for no key update").SingleOrDefaultAsync(ct) is not { } session)
            return ApiError.NotFound("session");
        if (session.RevokedAt is null)
        {
            session.Revoke(time.Now());
            db.AuditEntries.Add(AuditEntry.Of(staff, "session_ended", User.AuditSubject, id, new { SessionId = sessionId }, null, time.Now()));
            await db.SaveChangesAsync(ct);
            await transaction.CommitAsync(ct);
        }
        return TypedResults.NoContent();
    }

    /// <summary>Ends child mode on one device, at once.</summary>
    [EndpointName("end_user_child_session")]
    public static async Task<Results<NoContent, ApiError>> Childs(long id, long sessionId, Staff staff, StorytimeDb db, TimeProvider time, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var sessions = db.ChildSessions.FromSql($"select * from child_sessions where id = {sessionId} for no key update");
        if (!await db.ChildSessionsOf(id).AnyAsync(s => s.Id == sessionId, ct) || await sessions.SingleOrDefaultAsync(ct) is not { } session)
            return ApiError.NotFound("child session");
        if (session.RevokedAt is null)
        {
            session.Revoke(time.Now());
            db.AuditEntries.Add(AuditEntry.Of(
                staff, "child_session_ended", ChildProfile.AuditSubject, session.ChildProfileId, new { ChildSessionId = sessionId, UserId = id }, null, time.Now()));
            await db.SaveChangesAsync(ct);
            await transaction.CommitAsync(ct);
        }
        return TypedResults.NoContent();
    }
}
