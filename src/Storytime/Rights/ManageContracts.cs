using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Platform.Errors;

namespace Storytime.Rights;

internal static class ManageContracts
{
    internal const string Subject = "partnership_contract";

    /// <summary>Contracts, the newest start first.</summary>
    [EndpointName("list_contracts")]
    public static async Task<Ok<Page<ContractResponse>>> List(
        [AsParameters] ContractFilter filter, [AsParameters] PageQuery page, StorytimeDb db, CancellationToken ct)
    {
        var contracts = db.PartnershipContracts.AsQueryable();
        if (!string.IsNullOrWhiteSpace(filter.Q))
        {
            var pattern = LikePattern.Containing(filter.Q);
            contracts = contracts.Where(c => EF.Functions.ILike(EF.Functions.Unaccent(c.ContractName), EF.Functions.Unaccent(pattern), LikePattern.Escape));
        }
        if (filter.PublisherId is { } publisherId)
            contracts = contracts.Where(c => c.PublisherId == publisherId);
        if (Words<ContractStatus>.Parse(filter.Status) is { } status)
            contracts = contracts.Where(c => c.Status == status);
        if (Days.Parse(filter.HoldsOn) is { } day)
            contracts = contracts.HoldingOn(day, day);
        return TypedResults.Ok(await contracts.OrderByDescending(c => c.StartDate).ThenByDescending(c => c.Id).Select(c => c.Id)
            .PageAsync(page, ids => db.PartnershipContracts.Where(c => ids.Contains(c.Id)).ToResponses(db), c => c.Id, ct));
    }

    /// <summary>Adds a contract; a draft unless the status says otherwise. Contracts of one publisher may overlap: the answer names those that do.</summary>
    [EndpointName("create_contract")]
    public static async Task<Results<Created<ContractResponse>, ApiError>> Create(
        CreateContractRequest request, Staff staff, StorytimeDb db, TimeProvider time, CancellationToken ct)
    {
        var now = time.Now();
        var content = request.ToContent();
        if (content.Status is not (ContractStatus.Draft or ContractStatus.Active))
            return ApiError.Invalid("status", "A new contract is draft or active.");
        if (ContractRules.Check(content) is { } refusal)
            return refusal;
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (await CheckPublisherAsync(db, content, ct) is { } unknown)
            return unknown;
        var contract = PartnershipContract.Create(content, now);
        db.PartnershipContracts.Add(contract);
        await db.SaveChangesAsync(ct);
        db.AuditEntries.Add(AuditEntry.Of(staff, "created", Subject, contract.Id, null, content, now));
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Created($"/admin/api/v1/contracts/{contract.Id}", await ReadAsync(db, contract.Id, ct));
    }

    /// <summary>One contract.</summary>
    [EndpointName("get_contract")]
    public static async Task<Results<Ok<ContractResponse>, ApiError>> Read(long id, StorytimeDb db, CancellationToken ct) =>
        await db.PartnershipContracts.Where(c => c.Id == id).ToResponses(db).SingleOrDefaultAsync(ct) is { } contract
            ? TypedResults.Ok(contract)
            : ApiError.NotFound("contract");

    /// <summary>
    /// Changes what is given of a contract. A draft becomes active, a draft or an active contract terminated; of an expired or terminated one only name and notes
    /// change, except that an expired one is active again when its <c>end_date</c> is moved to today or later. Issued statements keep the terms that they were computed with.
    /// </summary>
    [EndpointName("update_contract")]
    public static async Task<Results<Ok<ContractResponse>, ApiError>> Update(
        long id, UpdateContractRequest request, Staff staff, StorytimeDb db, TimeProvider time, CancellationToken ct)
    {
        var now = time.Now();
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        // Locked, so that two changes at once come one after the other, each with its true "before"; statements may refer to it meanwhile.
        if (await db.PartnershipContracts.FromSql($"select * from partnership_contracts where id = {id} for no key update").SingleOrDefaultAsync(ct) is not { } contract)
            return ApiError.NotFound("contract");
        var before = contract.Content;
        var (after, refusal) = ContractChange.Of(before, request, Days.Of(now));
        if (refusal is not null)
            return refusal;
        if (after == before)
            return TypedResults.Ok(await ReadAsync(db, id, ct));
        if (await CheckPublisherAsync(db, after, ct) is { } unknown)
            return unknown;
        contract.Update(after, now);
        db.AuditEntries.Add(AuditEntry.Of(staff, Action(before.Status, after.Status), Subject, id, before, after, now));
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Ok(await ReadAsync(db, id, ct));
    }

    private static string Action(ContractStatus before, ContractStatus after) => (before, after) switch
    {
        _ when before == after => "updated",
        (ContractStatus.Expired, _) => "extended",
        (_, ContractStatus.Active) => "activated",
        _ => "terminated",
    };

    /// <summary>Publishers are never deleted, so what is found here is there when the contract is written.</summary>
    private static async Task<ApiError?> CheckPublisherAsync(StorytimeDb db, ContractContent content, CancellationToken ct) =>
        await db.Publishers.AnyAsync(p => p.Id == content.PublisherId, ct) ? null : ApiError.Invalid("publisher_id", $"There is no publisher {content.PublisherId}.");

    private static Task<ContractResponse> ReadAsync(StorytimeDb db, long id, CancellationToken ct) =>
        db.PartnershipContracts.Where(c => c.Id == id).ToResponses(db).SingleAsync(ct);

    /// <summary>Two contracts overlap where the days from start to last day do; one that was terminated before its start has none.</summary>
    private static IQueryable<ContractResponse> ToResponses(this IQueryable<PartnershipContract> contracts, StorytimeDb db)
    {
        var held = db.PartnershipContracts.Where(c => c.TerminatedOn == null || c.TerminatedOn >= c.StartDate);
        return contracts.Select(c => new ContractResponse(
            c.Id, c.PublisherId, db.Publishers.Where(p => p.Id == c.PublisherId).Select(p => p.Name).Single(), c.ContractName, c.StartDate, c.EndDate, c.PaymentModel, c.RevShareBps, c.FlatFeeCents,
            c.MinimumGuaranteeCents, c.MinimumGuaranteeBasis, c.Currency, c.Notes, c.Status, c.TerminatedOn,
            held.Where(o => o.PublisherId == c.PublisherId && o.Id != c.Id && (c.TerminatedOn == null || c.TerminatedOn >= c.StartDate)
                && o.StartDate <= c.EndDate && (c.TerminatedOn == null || o.StartDate <= c.TerminatedOn)
                && c.StartDate <= o.EndDate && (o.TerminatedOn == null || c.StartDate <= o.TerminatedOn)).OrderBy(o => o.Id).Select(o => o.Id).ToList(),
            c.CreatedAt, c.UpdatedAt));
    }
}
