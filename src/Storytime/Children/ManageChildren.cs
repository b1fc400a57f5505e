using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Storytime.Accounts;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Platform.Errors;

namespace Storytime.Children;

/// <summary>A child as its parent sees it.</summary>
/// <param name="ScreenTime">Null while nothing is set.</param>
public sealed record ChildResponse(
    long Id, string Name, string? AvatarUrl, int? BirthYear, ScreenTimeResponse? ScreenTime, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

public sealed record CreateChildRequest(
    [Required(ErrorMessage = "A name is needed."), ChildName] string? Name,
    [AvatarUrl] string? AvatarUrl,
    [BirthYear] int? BirthYear);

/// <summary>Only the members that are given change; <c>null</c> clears <c>avatar_url</c> and <c>birth_year</c>.</summary>
public sealed record UpdateChildRequest
{
    [ChildName]
    public string? Name { get; init; }

    [AvatarUrl]
    public string? AvatarUrl { get; init { field = value; AvatarUrlIsGiven = true; } }

    [BirthYear]
    public int? BirthYear { get; init { field = value; BirthYearIsGiven = true; } }

    internal bool AvatarUrlIsGiven { get; private init; }

    internal bool BirthYearIsGiven { get; private init; }
}

internal static class ManageChildren
{
    public static readonly ApiError ConsentRequired = new(403, "consent_required", "A child can be added once the parent has given consent.");

    /// <summary>The children of the signed-in parent, oldest profile first.</summary>
    [EndpointName("list_children")]
    public static async Task<Ok<Page<ChildResponse>>> List([AsParameters] PageQuery page, Parent parent, StorytimeDb db, CancellationToken ct)
    {
        var rows = await db.ChildrenOf(parent).Include(c => c.ScreenTime).AsNoTracking().OrderBy(c => c.Id).PageAsync(page, ct);
        return TypedResults.Ok(new Page<ChildResponse>([.. rows.Data.Select(ToResponse)], rows.Pagination));
    }

    /// <summary>Adds a child. A consent of the kind that the service asks for must be on record first.</summary>
    [EndpointName("create_child")]
    public static async Task<Results<Created<ChildResponse>, ApiError>> Create(
        CreateChildRequest request, Parent parent, StorytimeDb db, ConsentPolicy consent, TimeProvider time, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        // Held to the end, so that a consent that is withdrawn meanwhile takes this child with it.
        if (!await db.Users.FromSql($"select * from users where id = {parent.UserId} for share").AnyAsync(ct))
            return Me.Gone;
        if (!await consent.IsGivenAsync(parent.UserId, ct))
            return ConsentRequired;
        var child = ChildProfile.Create(parent, request.Name!.Trim(), request.AvatarUrl, request.BirthYear, time.Now());
        db.ChildProfiles.Add(child);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Created($"/api/v1/children/{child.Id}", ToResponse(child));
    }

    /// <summary>One child.</summary>
    [EndpointName("get_child")]
    public static async Task<Results<Ok<ChildResponse>, ApiError>> Read(long id, Parent parent, StorytimeDb db, CancellationToken ct) =>
        await db.ChildrenOf(parent).Include(c => c.ScreenTime).AsNoTracking().SingleOrDefaultAsync(c => c.Id == id, ct) is { } child
            ? TypedResults.Ok(ToResponse(child))
            : ApiError.NotFound("child");

    /// <summary>Changes what is given of a child's name, avatar and birth year.</summary>
    [EndpointName("update_child")]
    public static async Task<Results<Ok<ChildResponse>, ApiError>> Update(
        long id, UpdateChildRequest request, Parent parent, StorytimeDb db, TimeProvider time, CancellationToken ct)
    {
        if (await db.ChildrenOf(parent).Include(c => c.ScreenTime).SingleOrDefaultAsync(c => c.Id == id, ct) is not { } child)
            return ApiError.NotFound("child");
        child.Update(
            request.Name?.Trim() ?? child.Name,
            request.AvatarUrlIsGiven ? request.AvatarUrl : child.AvatarUrl,
            request.BirthYearIsGiven ? request.BirthYear : child.BirthYear,
            time.Now());
        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(ToResponse(child));
    }

    public static ChildResponse ToResponse(ChildProfile child) => new(
        child.Id, child.Name, child.AvatarUrl, child.BirthYear, child.ScreenTime is { } screenTime ? ManageScreenTime.ToResponse(screenTime) : null,
        child.CreatedAt, child.UpdatedAt);
}

[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
internal sealed class ChildNameAttribute() : PatternAttribute(@"\S", 80, "A name has 1 to 80 characters.");

/// <summary>An https address without anything that could end an HTML attribute.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
internal sealed class AvatarUrlAttribute() : PatternAttribute(
    @"^https://[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+(:[0-9]{1,5})?(/[A-Za-z0-9._~:/?#@!$&()*+,;=%-]*)?$", 500, "avatar_url must be an https address of at most 500 characters.");

[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
internal sealed class BirthYearAttribute : RangeAttribute
{
    public BirthYearAttribute() : base(1990, 2200) => ErrorMessage = "birth_year must be a year, such as 2020.";
}
