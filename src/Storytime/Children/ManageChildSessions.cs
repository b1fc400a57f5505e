using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Storytime.Accounts;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Platform.Errors;

namespace Storytime.Children;

/// <param name="DeviceName">What the parent calls the device, such as <c>Kitchen iPad</c>.</param>
public sealed record StartChildSessionRequest(
    [StringLength(100, MinimumLength = 1, ErrorMessage = "device_name has 1 to 100 characters.")] string? DeviceName);

public sealed record RenameChildSessionRequest([Required(ErrorMessage = "A device_name is needed."), DeviceName] string? DeviceName);

/// <param name="Token">Send it as <c>Authorization: Bearer …</c>; it opens this child's shelf, playback and usage events, nothing else. It is shown only once.</param>
public sealed record StartChildSessionResponse(string Token, ChildSessionResponse ChildSession);

/// <param name="RevokedAt">When a parent ended it; null when none did.</param>
/// <param name="EndedAt">When it ended, by a parent or by itself; null while it is live.</param>
public sealed record ChildSessionResponse(
    long Id, long ChildId, string? DeviceName, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, DateTimeOffset? RevokedAt, DateTimeOffset? EndedAt);

internal static class ManageChildSessions
{
    /// <summary>Hands a device over to a child: gives the token that the device uses in child mode.</summary>
    [EndpointName("start_child_session")]
    public static async Task<Results<Created<StartChildSessionResponse>, ApiError>> Start(
        long id, StartChildSessionRequest? request, Parent parent, StorytimeDb db, AccessTokens tokens, IOptions<AuthOptions> options, TimeProvider time, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        // Who ends the parent's sessions ends those of the children right after: a session that may still begin is there by then, and no other begins any more.
        if (!await db.ParentSessions.FromSql($"select * from parent_sessions where id = {parent.SessionId} and user_id = {parent.UserId} and revoked_at is null for share").AnyAsync(ct))
            return ApiError.Unauthenticated("This session has ended. Sign in again.");
        if (!await db.ChildrenOf(parent).AnyAsync(c => c.Id == id, ct))
            return ApiError.NotFound("child");
        var now = time.Now();
        var session = ChildSession.Start(id, request?.DeviceName, now, options.Value.ChildSessionLifetime);
        db.ChildSessions.Add(session);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        var token = tokens.ForChild(id, parent.UserId, session.Id, now, session.ExpiresAt);
        return TypedResults.Created(
            $"/api/v1/children/{id}/child_sessions/{session.Id}", new StartChildSessionResponse(token, session.ToResponse(now)));
    }

    /// <summary>Ends child mode on a device, at once.</summary>
    [EndpointName("revoke_child_session")]
    public static async Task<Results<NoContent, ApiError>> Revoke(
        long id, long sessionId, Parent parent, StorytimeDb db, TimeProvider time, CancellationToken ct)
    {
        if (await db.ChildSessionsOf(parent).SingleOrDefaultAsync(s => s.Id == sessionId && s.ChildProfileId == id, ct) is not { } session)
            return ApiError.NotFound("child session");
        session.Revoke(time.Now());
        await db.SaveChangesAsync(ct);
        return TypedResults.NoContent();
    }

    /// <summary>Gives the device another name.</summary>
    [EndpointName("rename_child_session")]
    public static async Task<Results<Ok<ChildSessionResponse>, ApiError>> Rename(
        long id, long sessionId, RenameChildSessionRequest request, Parent parent, StorytimeDb db, TimeProvider time, CancellationToken ct)
    {
        if (await db.ChildSessionsOf(parent).SingleOrDefaultAsync(s => s.Id == sessionId && s.ChildProfileId == id, ct) is not { } session)
            return ApiError.NotFound("child session");
        session.Rename(request.DeviceName!);
        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(session.ToResponse(time.Now()));
    }

    public static ChildSessionResponse ToResponse(this ChildSession s, DateTimeOffset now) => new(
        s.Id, s.ChildProfileId, s.DeviceName, s.CreatedAt, s.ExpiresAt, s.RevokedAt, s.RevokedAt ?? (s.ExpiresAt <= now ? s.ExpiresAt : null));
}

/// <summary>A child's token is only as good as its session: revoking the row ends it at once.</summary>
internal sealed class ChildSessionCheck(StorytimeDb db, TimeProvider time) : ISessionCheck
{
    public string Audience => Platform.Auth.Audience.Child;

    public Task<bool> IsLiveAsync(ClaimsPrincipal caller, CancellationToken ct)
    {
        var (sessionId, childId, userId) = (caller.Id(Platform.Auth.Claim.Session), caller.Id(Platform.Auth.Claim.Subject), caller.Id(Platform.Auth.Claim.User));
        var now = time.Now();
        return db.ChildSessions.AnyAsync(s => s.Id == sessionId && s.ChildProfileId == childId && s.RevokedAt == null && s.ExpiresAt > now
            && db.ChildProfiles.Any(c => c.Id == childId && c.UserId == userId), ct);
    }
}
