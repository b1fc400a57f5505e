using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Storytime.Admin.Shell;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Platform.Errors;

namespace Storytime.Admin.Operations;

/// <summary>A browser in which a member of staff is signed in to the console now.</summary>
/// <param name="UserAgent">What the browser says of itself.</param>
/// <param name="LastSeenAt">To the minute.</param>
/// <param name="AuthenticatedAt">When the password or a passkey was last shown.</param>
public sealed record StaffSessionResponse(
    Guid Id, SignInMethod Method, string? UserAgent, DateTimeOffset CreatedAt, DateTimeOffset LastSeenAt, DateTimeOffset AuthenticatedAt, DateTimeOffset ExpiresAt);

internal static class ManageAdminSessions
{
    /// <summary>Where somebody of staff is signed in to the console, the latest used first. Tokens of the API are not in it: they end by themselves.</summary>
    [EndpointName("list_admin_sessions")]
    public static async Task<Results<Ok<Page<StaffSessionResponse>>, ApiError>> List(
        long id, [AsParameters] PageQuery page, StorytimeDb db, IOptions<ConsoleOptions> options, TimeProvider time, CancellationToken ct)
    {
        if (!await db.AdminUsers.AnyAsync(a => a.Id == id, ct))
            return ApiError.NotFound("admin");
        var now = time.Now();
        var idle = now - options.Value.IdleTimeout;
        return TypedResults.Ok(await db.AdminSessions.Where(s => s.AdminId == id && s.EndedAt == null && s.ExpiresAt > now && s.LastSeenAt > idle)
            .OrderByDescending(s => s.LastSeenAt).ThenBy(s => s.Id)
            .Select(s => new StaffSessionResponse(s.Id, s.Method, s.UserAgent, s.CreatedAt, s.LastSeenAt, s.AuthenticatedAt, s.ExpiresAt)).PageAsync(page, ct));
    }

    /// <summary>Signs a member of staff out of the console in all browsers, at once.</summary>
    [EndpointName("end_admin_sessions")]
    public static async Task<Results<NoContent, ApiError>> EndAll(long id, Staff staff, StorytimeDb db, ConsoleSessions sessions, TimeProvider time, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (!await db.AdminUsers.FromSql($"select * from admin_users where id = {id} for no key update").AnyAsync(ct))
            return ApiError.NotFound("admin");
        var ended = await sessions.EndAsync(id, null, null, ct);
        if (ended > 0)
            db.AuditEntries.Add(AuditEntry.Of(staff, "sessions_ended", AdminUser.AuditSubject, id, new { LiveSessions = ended }, null, time.Now()));
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return TypedResults.NoContent();
    }

    /// <summary>Signs a member of staff out of the console in one browser, at once.</summary>
    [EndpointName("end_admin_session")]
    public static async Task<Results<NoContent, ApiError>> End(
        long id, Guid sessionId, Staff staff, StorytimeDb db, ConsoleSessions sessions, TimeProvider time, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (!await db.AdminSessions.AnyAsync(s => s.Id == sessionId && s.AdminId == id, ct))
            return ApiError.NotFound("session");
        if (await sessions.EndAsync(id, sessionId, null, ct) > 0)
            db.AuditEntries.Add(AuditEntry.Of(staff, "session_ended", AdminUser.AuditSubject, id, new { SessionId = sessionId }, null, time.Now()));
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return TypedResults.NoContent();
    }
}
