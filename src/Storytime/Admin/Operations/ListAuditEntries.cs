using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Platform.Errors;

namespace Storytime.Admin.Operations;

public sealed record AuditEntryFilter
{
    /// <summary>Only what this member of staff did.</summary>
    [FromQuery(Name = "admin_id")]
    public long? AdminId { get; init; }

    /// <summary>What it was done to, such as <c>book</c>.</summary>
    [FromQuery(Name = "subject_type"), StringLength(50, ErrorMessage = "subject_type has at most 50 characters.")]
    public string? SubjectType { get; init; }

    [FromQuery(Name = "subject_id")]
    public long? SubjectId { get; init; }

    /// <summary>Such as <c>updated</c>.</summary>
    [FromQuery(Name = "action"), StringLength(50, ErrorMessage = "action has at most 50 characters.")]
    public string? Action { get; init; }

    /// <summary>The first moment that counts.</summary>
    [FromQuery(Name = "from"), Moment]
    public DateTimeOffset? From { get; init; }

    /// <summary>The last moment that counts.</summary>
    [FromQuery(Name = "to"), Moment]
    public DateTimeOffset? To { get; init; }
}

internal static class ListAuditEntries
{
    public static readonly ApiError NotTheirs = ApiError.Forbidden("What was done to these is not for your role to see. Ask an admin.");

    /// <summary>
    /// What staff did, newest first. An admin sees all of it, an editor what was done to books, videos, rights windows and publishers, finance what was done to contracts, revenue,
    /// statements and publishers.
    /// </summary>
    [EndpointName("list_audit_entries")]
    public static async Task<Results<Ok<Page<AuditEntryResponse>>, ApiError>> Handle(
        [AsParameters] AuditEntryFilter filter, [AsParameters] PageQuery page, Staff staff, StorytimeDb db, CancellationToken ct)
    {
        if (filter.SubjectType is { } named && !AuditTrail.MaySee(staff.Role, named))
            return NotTheirs;
        var entries = db.AuditEntries.VisibleTo(staff);
        if (filter.AdminId is { } adminId)
            entries = entries.Where(e => e.AdminId == adminId);
        if (filter.SubjectType is { } subjectType)
            entries = entries.Where(e => e.SubjectType == subjectType);
        if (filter.SubjectId is { } subjectId)
            entries = entries.Where(e => e.SubjectId == subjectId);
        if (filter.Action is { } action)
            entries = entries.Where(e => e.Action == action);
        if (filter.From is { } from)
            entries = entries.Where(e => e.CreatedAt >= from);
        if (filter.To is { } to)
            entries = entries.Where(e => e.CreatedAt <= to);
        return TypedResults.Ok(await db.ReadAuditAsync(entries, page, ct));
    }
}
