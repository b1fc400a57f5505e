using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Storytime.Data;
using Storytime.Platform.Auth;
using Storytime.Platform.Errors;

namespace Storytime.Accounts;

internal static class Me
{
    public static readonly ApiError Gone = ApiError.Unauthenticated("This account does not exist any more.");

    /// <summary>The signed-in parent's account.</summary>
    [EndpointName("get_me")]
    public static async Task<Results<Ok<UserResponse>, ApiError>> Handle(Parent parent, StorytimeDb db, CancellationToken ct) =>
        await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == parent.UserId, ct) is { } user
            ? TypedResults.Ok(user.ToResponse())
            : Gone;
}
