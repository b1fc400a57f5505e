using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Storytime.Accounts;
using Storytime.Children;
using Storytime.Data;
using Storytime.Platform;

namespace Storytime.Admin.Support;

/// <summary>A parent's account, as support finds it. Nothing in it is about a child but their number.</summary>
/// <param name="LiveSessions">Devices on which the parent is signed in.</param>
/// <param name="LiveChildSessions">Devices that are in child mode.</param>
public sealed record FoundUserResponse(
    long Id, string Email, string Country, DateTimeOffset CreatedAt, int Children, int LiveSessions, int LiveChildSessions);

public sealed record UserFilter
{
    /// <summary>The e-mail address or a part of it, in upper or lower case.</summary>
    [FromQuery(Name = "q"), StringLength(254, ErrorMessage = "q has at most 254 characters.")]
    public string? Q { get; init; }
}

internal static class FindUsers
{
    /// <summary>Parents by e-mail address, all of it or a part.</summary>
    [EndpointName("find_users")]
    public static async Task<Ok<Page<FoundUserResponse>>> Handle(
        [AsParameters] UserFilter filter, [AsParameters] PageQuery page, StorytimeDb db, TimeProvider time, CancellationToken ct)
    {
        var users = db.Users.AsQueryable();
        if (!string.IsNullOrWhiteSpace(filter.Q))
        {
            var pattern = LikePattern.Containing(filter.Q);
            users = users.Where(u => EF.Functions.ILike(u.Email!, pattern, LikePattern.Escape));
        }
        var now = time.Now();
        var (sessions, childSessions) = (db.LiveSessions(now), db.ChildSessions.LiveAt(now));
        return TypedResults.Ok(await users.OrderBy(u => u.Email).ThenBy(u => u.Id).Select(u => new FoundUserResponse(
            u.Id, u.Email!, u.Country, u.CreatedAt,
            db.ChildProfiles.Count(c => c.UserId == u.Id),
            sessions.Count(s => s.UserId == u.Id),
            childSessions.Count(s => db.ChildProfiles.Any(c => c.Id == s.ChildProfileId && c.UserId == u.Id)))).PageAsync(page, ct));
    }
}
