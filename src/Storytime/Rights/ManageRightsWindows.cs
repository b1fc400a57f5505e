using System.ComponentModel.DataAnnotations;
using System.Linq.Expressions;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Platform.Errors;

namespace Storytime.Rights;

/// <summary>From <c>start_at</c> until before <c>end_at</c> the book may be played in the territory.</summary>
public sealed record RightsWindowResponse(
    long Id, long PublisherId, long BookId, DateTimeOffset StartAt, DateTimeOffset EndAt, string Territory, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

/// <param name="PublisherId">The publisher of the book.</param>
/// <param name="Territory"><c>GLOBAL</c>, which is also what it is when it is not given, or a country of ISO 3166-1 alpha-2.</param>
public sealed record CreateRightsWindowRequest(
    [Required(ErrorMessage = "A publisher is needed.")] long? PublisherId,
    [Required(ErrorMessage = "A book is needed.")] long? BookId,
    [Required(ErrorMessage = "A time at which the window starts is needed.")] DateTimeOffset? StartAt,
    [Required(ErrorMessage = "A time at which the window ends is needed.")] DateTimeOffset? EndAt,
    [Territory] string? Territory = null);

/// <summary>Only the members that are given change.</summary>
public sealed record UpdateRightsWindowRequest(
    long? PublisherId = null, long? BookId = null, DateTimeOffset? StartAt = null, DateTimeOffset? EndAt = null, [Territory] string? Territory = null);

public sealed record RightsWindowFilter
{
    [FromQuery(Name = "book_id")]
    public long? BookId { get; init; }

    [FromQuery(Name = "publisher_id")]
    public long? PublisherId { get; init; }

    /// <summary>Only windows that hold at this time.</summary>
    [FromQuery(Name = "holds_at")]
    public DateTimeOffset? HoldsAt { get; init; }
}

internal static class ManageRightsWindows
{
    internal const string Subject = "rights_window";

    /// <summary>Rights windows, the earliest start first.</summary>
    [EndpointName("list_rights_windows")]
    public static async Task<Ok<Page<RightsWindowResponse>>> List(
        [AsParameters] RightsWindowFilter filter, [AsParameters] PageQuery page, StorytimeDb db, CancellationToken ct)
    {
        var windows = db.RightsWindows.AsQueryable();
        if (filter.BookId is { } bookId)
            windows = windows.Where(w => w.BookId == bookId);
        if (filter.PublisherId is { } publisherId)
            windows = windows.Where(w => w.PublisherId == publisherId);
        if (filter.HoldsAt is { } time)
            windows = windows.HoldingAt(time);
        return TypedResults.Ok(await windows.OrderBy(w => w.StartAt).ThenBy(w => w.Id).Select(ToResponse).PageAsync(page, ct));
    }

    /// <summary>Adds a window. Windows of one book and territory may touch, not overlap.</summary>
    [EndpointName("create_rights_window")]
    public static async Task<Results<Created<RightsWindowResponse>, ApiError>> Create(
        CreateRightsWindowRequest request, Staff staff, StorytimeDb db, TimeProvider time, CancellationToken ct)
    {
        var now = time.Now();
        var window = RightsWindow.Create(
            request.PublisherId!.Value, request.BookId!.Value, request.StartAt!.Value, request.EndAt!.Value, request.Territory ?? RightsWindow.Global, now);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (RightsWindowRules.CheckRange(window) is { } badRange)
            return badRange;
        await RightsWindowRules.LockBooksAsync(db, [window.BookId], ct);
        if (await RightsWindowRules.CheckBookAsync(db, window, ct) is { } badBook)
            return badBook;
        db.RightsWindows.Add(window);
        if (await RightsWindowRules.SaveAsync(db, window, transaction, ct) is { } overlap)
            return overlap;
        db.AuditEntries.Add(AuditEntry.Of(staff, "created", Subject, window.Id, null, Snapshot(window), now));
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Created($"/admin/api/v1/rights_windows/{window.Id}", Snapshot(window));
    }

    /// <summary>One rights window.</summary>
    [EndpointName("get_rights_window")]
    public static async Task<Results<Ok<RightsWindowResponse>, ApiError>> Read(long id, StorytimeDb db, CancellationToken ct) =>
        await db.RightsWindows.Where(w => w.Id == id).Select(ToResponse).SingleOrDefaultAsync(ct) is { } window
            ? TypedResults.Ok(window)
            : ApiError.NotFound("rights window");

    /// <summary>Changes what is given of a rights window.</summary>
    [EndpointName("update_rights_window")]
    public static async Task<Results<Ok<RightsWindowResponse>, ApiError>> Update(
        long id, UpdateRightsWindowRequest request, Staff staff, StorytimeDb db, TimeProvider time, CancellationToken ct)
    {
        var now = time.Now();
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (await LockAsync(db, id, ct) is not { } window)
            return ApiError.NotFound("rights window");
        var before = Snapshot(window);
        window.Update(
            request.PublisherId ?? window.PublisherId, request.BookId ?? window.BookId,
            request.StartAt ?? window.StartAt, request.EndAt ?? window.EndAt, request.Territory ?? window.Territory, now);
        if (Snapshot(window) with { UpdatedAt = before.UpdatedAt } == before)
            return TypedResults.Ok(before);
        if (RightsWindowRules.CheckRange(window) is { } badRange)
            return badRange;
        await RightsWindowRules.LockBooksAsync(db, [before.BookId, window.BookId], ct);
        // A window that a former publisher gave can still be ended early; it only cannot become one of a wrong publisher.
        var isMoved = (window.PublisherId, window.BookId) != (before.PublisherId, before.BookId);
        if (isMoved && await RightsWindowRules.CheckBookAsync(db, window, ct) is { } badBook)
            return badBook;
        db.AuditEntries.Add(AuditEntry.Of(staff, "updated", Subject, id, before, Snapshot(window), now));
        if (await RightsWindowRules.SaveAsync(db, window, transaction, ct) is { } overlap)
            return overlap;
        await transaction.CommitAsync(ct);
        return TypedResults.Ok(Snapshot(window));
    }

    /// <summary>Takes a rights window away.</summary>
    [EndpointName("delete_rights_window")]
    public static async Task<Results<NoContent, ApiError>> Delete(
        long id, Staff staff, StorytimeDb db, TimeProvider time, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (await LockAsync(db, id, ct) is not { } window)
            return ApiError.NotFound("rights window");
        db.RightsWindows.Remove(window);
        db.AuditEntries.Add(AuditEntry.Of(staff, "deleted", Subject, id, Snapshot(window), null, time.Now()));
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return TypedResults.NoContent();
    }

    private static Task<RightsWindow?> LockAsync(StorytimeDb db, long id, CancellationToken ct) =>
        db.RightsWindows.FromSql($"select * from rights_windows where id = {id} for update").SingleOrDefaultAsync(ct);

    private static readonly Expression<Func<RightsWindow, RightsWindowResponse>> ToResponse =
        w => new RightsWindowResponse(w.Id, w.PublisherId, w.BookId, w.StartAt, w.EndAt, w.Territory, w.CreatedAt, w.UpdatedAt);

    private static readonly Func<RightsWindow, RightsWindowResponse> Snapshot = ToResponse.Compile();
}
