using System.ComponentModel.DataAnnotations;
using System.Linq.Expressions;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Storytime.Accounts;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Platform.Errors;

namespace Storytime.Rights;

public sealed record PublisherResponse(
    long Id, string Name, string? BillingEmail, string? ContactName, PublisherStatus Status, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

/// <param name="Status"><c>active</c> when it is not given. While a publisher is inactive none of its books play.</param>
public sealed record CreatePublisherRequest(
    [Required(ErrorMessage = "A name is needed."), Text(200)] string? Name,
    [Email, Text(254)] string? BillingEmail = null,
    [Text(200)] string? ContactName = null,
    PublisherStatus? Status = null);

/// <summary>Only the members that are given change; <c>null</c> clears <c>billing_email</c> and <c>contact_name</c>.</summary>
public sealed record UpdatePublisherRequest
{
    [Text(200)]
    public string? Name { get; init; }

    [Email, Text(254)]
    public string? BillingEmail { get; init { field = value; BillingEmailIsGiven = true; } }

    [Text(200)]
    public string? ContactName { get; init { field = value; ContactNameIsGiven = true; } }

    public PublisherStatus? Status { get; init; }

    internal bool BillingEmailIsGiven { get; private init; }

    internal bool ContactNameIsGiven { get; private init; }
}

public sealed record PublisherFilter
{
    /// <summary>Part of the name.</summary>
    [FromQuery(Name = "q"), StringLength(200, ErrorMessage = "q has at most 200 characters.")]
    public string? Q { get; init; }

    [FromQuery(Name = "status"), Word<PublisherStatus>]
    public string? Status { get; init; }
}

internal static class ManagePublishers
{
    internal const string Subject = "publisher";

    /// <summary>Publishers by name.</summary>
    [EndpointName("list_publishers")]
    public static async Task<Ok<Page<PublisherResponse>>> List(
        [AsParameters] PublisherFilter filter, [AsParameters] PageQuery page, StorytimeDb db, CancellationToken ct)
    {
        var publishers = db.Publishers.AsQueryable();
        if (Words<PublisherStatus>.Parse(filter.Status) is { } status)
            publishers = publishers.Where(p => p.Status == status);
        if (!string.IsNullOrWhiteSpace(filter.Q))
        {
            var pattern = LikePattern.Containing(filter.Q);
            publishers = publishers.Where(p => EF.Functions.ILike(EF.Functions.Unaccent(p.Name), EF.Functions.Unaccent(pattern), LikePattern.Escape));
        }
        return TypedResults.Ok(await publishers.OrderBy(p => p.Name).ThenBy(p => p.Id).Select(ToResponse).PageAsync(page, ct));
    }

    /// <summary>Adds a publisher.</summary>
    [EndpointName("create_publisher")]
    public static async Task<Created<PublisherResponse>> Create(
        CreatePublisherRequest request, Staff staff, StorytimeDb db, TimeProvider time, CancellationToken ct)
    {
        var now = time.Now();
        var publisher = Publisher.Create(
            request.Name!.Trim(), request.BillingEmail?.Trim(), request.ContactName?.Trim(), request.Status ?? PublisherStatus.Active, now);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        db.Publishers.Add(publisher);
        await db.SaveChangesAsync(ct);
        db.AuditEntries.Add(AuditEntry.Of(staff, "created", Subject, publisher.Id, null, Snapshot(publisher), now));
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Created($"/admin/api/v1/publishers/{publisher.Id}", Snapshot(publisher));
    }

    /// <summary>One publisher.</summary>
    [EndpointName("get_publisher")]
    public static async Task<Results<Ok<PublisherResponse>, ApiError>> Read(long id, StorytimeDb db, CancellationToken ct) =>
        await db.Publishers.Where(p => p.Id == id).Select(ToResponse).SingleOrDefaultAsync(ct) is { } publisher
            ? TypedResults.Ok(publisher)
            : ApiError.NotFound("publisher");

    /// <summary>Changes what is given of a publisher. An inactive one takes all its books off playback at once.</summary>
    [EndpointName("update_publisher")]
    public static async Task<Results<Ok<PublisherResponse>, ApiError>> Update(
        long id, UpdatePublisherRequest request, Staff staff, StorytimeDb db, TimeProvider time, CancellationToken ct)
    {
        var now = time.Now();
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (request.Name is not null)
            await db.ChangePublisherNamesAsync(ct);
        // Locked, so that two changes at once come one after the other, each with its true "before"; not for update, which those who only refer to
        // the publisher (new books, new windows) would have to wait for while they have a book that its rename needs.
        if (await db.Publishers.FromSql($"select * from publishers where id = {id} for no key update").SingleOrDefaultAsync(ct) is not { } publisher)
            return ApiError.NotFound("publisher");
        var before = Snapshot(publisher);
        publisher.Update(
            request.Name?.Trim() ?? publisher.Name,
            request.BillingEmailIsGiven ? request.BillingEmail?.Trim() : publisher.BillingEmail,
            request.ContactNameIsGiven ? request.ContactName?.Trim() : publisher.ContactName,
            request.Status ?? publisher.Status,
            now);
        if (Snapshot(publisher) with { UpdatedAt = before.UpdatedAt } == before)
            return TypedResults.Ok(before);
        db.AuditEntries.Add(AuditEntry.Of(staff, "updated", Subject, id, before, Snapshot(publisher), now));
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Ok(Snapshot(publisher));
    }

    private static readonly Expression<Func<Publisher, PublisherResponse>> ToResponse =
        p => new PublisherResponse(p.Id, p.Name, p.BillingEmail, p.ContactName, p.Status, p.CreatedAt, p.UpdatedAt);

    private static readonly Func<Publisher, PublisherResponse> Snapshot = ToResponse.Compile();
}
