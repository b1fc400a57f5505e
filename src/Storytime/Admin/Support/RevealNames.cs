using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Storytime.Children;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Platform.Errors;
using Storytime.Platform.OpenApi;

namespace Storytime.Admin.Support;

/// <param name="ChildProfileId">A child of this account.</param>
/// <param name="Reason">Why the names are needed, such as the number of the parent's question. Without names: the family sees it in its export.</param>
public sealed record RevealNamesRequest(
    [Required(ErrorMessage = "A child_profile_id is needed.")] long? ChildProfileId,
    [Required(ErrorMessage = "A reason is needed: it is kept with your name."), Text(500)] string? Reason);

/// <param name="ChildSessions">Devices in child mode of this child that have a name, ended ones included.</param>
/// <param name="Sessions">Devices of the parent that have a name, ended ones included.</param>
public sealed record RevealedNamesResponse(
    long ChildProfileId, string Name, IReadOnlyList<RevealedChildDevice> ChildSessions, IReadOnlyList<RevealedDevice> Sessions);

public sealed record RevealedChildDevice(long Id, string DeviceName);

public sealed record RevealedDevice(Guid Id, string DeviceName);

internal static class RevealNames
{
    /// <summary>Shows the name of a child and of the family's devices. Who asked, for whom and why is kept in the audit trail; the names are not.</summary>
    [EndpointName("reveal_names")]
    [NoLocation]
    public static async Task<Results<Created<RevealedNamesResponse>, ApiError>> Handle(
        long id, RevealNamesRequest request, Staff staff, StorytimeDb db, TimeProvider time, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (!await db.Users.AnyAsync(u => u.Id == id, ct))
            return ApiError.NotFound("user");
        // Held, so that an erasure that comes meanwhile finds the reason and forgets it.
        var child = await db.ChildProfiles.FromSql($"select * from child_profiles where id = {request.ChildProfileId} and user_id = {id} for key share")
            .AsNoTracking().SingleOrDefaultAsync(ct);
        if (child is null)
            return ApiError.Invalid("child_profile_id", $"There is no child {request.ChildProfileId} of this account.");
        var names = new RevealedNamesResponse(
            child.Id, child.Name,
            await db.ChildSessions.Where(s => s.ChildProfileId == child.Id && s.DeviceName != null).OrderByDescending(s => s.Id)
                .Select(s => new RevealedChildDevice(s.Id, s.DeviceName!)).ToListAsync(ct),
            await db.ParentSessions.Where(s => s.UserId == id && s.DeviceName != null).OrderByDescending(s => s.LastUsedAt).ThenBy(s => s.Id)
                .Select(s => new RevealedDevice(s.Id, s.DeviceName!)).ToListAsync(ct));
        db.AuditEntries.Add(AuditEntry.Of(staff, "revealed", ChildProfile.AuditSubject, child.Id, null, new { UserId = id, Reason = request.Reason!.Trim() }, time.Now()));
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Created((string?)null, names);
    }
}
