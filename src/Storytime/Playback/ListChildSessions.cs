using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Storytime.Children;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Platform.Errors;

namespace Storytime.Playback;

/// <param name="EndedAt">When it ended, by a parent or by itself; null while it is live.</param>
/// <param name="LastSeenAt">When the device last asked to play, or what it played was last reported; null when it never did.</param>
/// <param name="Playing">What it plays now; null when nothing plays.</param>
public sealed record ListedChildSessionResponse(
    long Id, long ChildId, string? DeviceName, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, DateTimeOffset? RevokedAt, DateTimeOffset? EndedAt,
    DateTimeOffset? LastSeenAt, PlayingResponse? Playing);

/// <param name="Since">When it was last started or resumed; until that is reported, when the device got the permission to play.</param>
/// <param name="PositionSeconds">As last reported; null before the first report.</param>
public sealed record PlayingResponse(long BookId, string Title, DateTimeOffset Since, double? PositionSeconds);

internal static class ListChildSessions
{
    /// <summary>
    /// The devices that were handed to a child, newest first, and what plays on them now, going by what players reported in the last 90 seconds. Ended ones are
    /// included, unless <c>live</c> is true; with <c>live</c> false it is they alone.
    /// </summary>
    [EndpointName("list_child_sessions")]
    public static async Task<Results<Ok<Page<ListedChildSessionResponse>>, ApiError>> Handle(
        long id, [AsParameters] PageQuery page, [FromQuery, Description("True: only live ones; false: only those that have ended.")] bool? live, Parent parent, StorytimeDb db, DeviceActivity activity, TimeProvider time, CancellationToken ct)
    {
        if (!await db.ChildrenOf(parent).AnyAsync(c => c.Id == id, ct))
            return ApiError.NotFound("child");
        var now = time.Now();
        var sessions = db.ChildSessions.Where(s => s.ChildProfileId == id && (live == null || (s.RevokedAt == null && s.ExpiresAt > now) == live));
        var rows = await sessions.AsNoTracking().OrderByDescending(s => s.Id).PageAsync(page, ct);
        var devices = await activity.ReadAsync(id, [.. rows.Data.Select(s => s.Id)], now, ct);
        return TypedResults.Ok(new Page<ListedChildSessionResponse>([.. rows.Data.Select(s => ToResponse(s, devices.GetValueOrDefault(s.Id), now))], rows.Pagination));
    }

    private static ListedChildSessionResponse ToResponse(ChildSession session, DeviceState? device, DateTimeOffset now)
    {
        var s = session.ToResponse(now);
        return new(s.Id, s.ChildId, s.DeviceName, s.CreatedAt, s.ExpiresAt, s.RevokedAt, s.EndedAt, device?.LastSeenAt, s.EndedAt is null ? device?.Playing(now) : null);
    }
}
