using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Storytime.Catalog;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Reporting;
using Storytime.Rights;

namespace Storytime.Admin.Operations;

/// <summary>One thing that staff did, or that the clock did to what staff answers for.</summary>
/// <param name="AdminId">Null for what a job did: a contract that expired.</param>
/// <param name="AdminEmail">Null where <c>admin_id</c> is.</param>
/// <param name="Action"><c>created</c>, <c>updated</c>, <c>deleted</c>, or another word of the feature, such as <c>revealed</c>.</param>
/// <param name="SubjectType">What it was done to, such as <c>book</c> or <c>partnership_contract</c>.</param>
/// <param name="Before">Null where there was nothing before.</param>
/// <param name="After">Null where there is nothing after.</param>
public sealed record AuditEntryResponse(
    long Id, long? AdminId, string? AdminEmail, string Action, string SubjectType, long SubjectId,
    IReadOnlyDictionary<string, object?>? Before, IReadOnlyDictionary<string, object?>? After, DateTimeOffset CreatedAt);

/// <summary>Who may see which part of the audit trail, and how it is read: by the list call, and by the pages of what it is about.</summary>
internal static class AuditTrail
{
    internal const string Video = "video_asset";

    private static readonly string[] _editors = [ManageBooks.Subject, Video, "upload", ManageRightsWindows.Subject, ManagePublishers.Subject];

    private static readonly string[] _finance = [ManageContracts.Subject, ManageRevenue.Subject, StatementDrafts.Subject, ManagePublishers.Subject];

    /// <summary>Whether this role may see what was done to things of this kind. Staff see the history of what they work on; families and staff are for admins only.</summary>
    public static bool MaySee(AdminRole role, string subjectType) => SubjectsOf(role)?.Contains(subjectType) ?? true;

    public static IQueryable<AuditEntry> VisibleTo(this IQueryable<AuditEntry> entries, Staff staff)
    {
        var subjects = SubjectsOf(staff.Role);
        return subjects is null ? entries : entries.Where(e => subjects.Contains(e.SubjectType));
    }

    /// <summary>The history of one book, contract or the like, newest first; empty for a role that may not see it.</summary>
    public static Task<Page<AuditEntryResponse>> HistoryAsync(
        this StorytimeDb db, Staff staff, string subjectType, long subjectId, PageQuery page, CancellationToken ct) =>
        db.ReadAuditAsync(db.AuditEntries.VisibleTo(staff).Where(e => e.SubjectType == subjectType && e.SubjectId == subjectId), page, ct);

    /// <summary>Newest first.</summary>
    /// <param name="entries">Those that the caller may see.</param>
    public static async Task<Page<AuditEntryResponse>> ReadAuditAsync(this StorytimeDb db, IQueryable<AuditEntry> entries, PageQuery page, CancellationToken ct)
    {
        var rows = await entries.OrderByDescending(e => e.CreatedAt).ThenByDescending(e => e.Id)
            .Select(e => new { Entry = e, Email = db.AdminUsers.Where(a => a.Id == e.AdminId).Select(a => a.Email).FirstOrDefault() }).AsNoTracking().PageAsync(page, ct);
        return new Page<AuditEntryResponse>([.. rows.Data.Select(r => ToResponse(r.Entry, r.Email))], rows.Pagination);
    }

    /// <returns>Null for all.</returns>
    private static string[]? SubjectsOf(AdminRole role) => role switch
    {
        AdminRole.Admin => null,
        AdminRole.Editor => _editors,
        AdminRole.Finance => _finance,
    };

    private static AuditEntryResponse ToResponse(AuditEntry e, string? email) =>
        new(e.Id, e.AdminId, email, e.Action, e.SubjectType, e.SubjectId, Members(e.Before), Members(e.After), e.CreatedAt);

    private static Dictionary<string, object?>? Members(string? json) => json is null ? null : JsonSerializer.Deserialize<Dictionary<string, object?>>(json);
}
