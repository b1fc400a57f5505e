using Storytime.Accounts;
using Storytime.Catalog;
using Storytime.Children;
using Storytime.Reporting;
using Storytime.Rights;

namespace Storytime.Admin.Operations;

/// <summary>What the audit trail is about, for its page: what can be asked for, and where each is shown.</summary>
internal static class AuditSubjects
{
    public static readonly IReadOnlyList<string> All =
    [
        ManageBooks.Subject, AuditTrail.Video, "upload", ManageRightsWindows.Subject, ManagePublishers.Subject, ManageContracts.Subject, ManageRevenue.Subject,
        StatementDrafts.Subject, User.AuditSubject, ChildProfile.AuditSubject, AdminUser.AuditSubject, JobsPages.AuditSubject,
    ];

    /// <returns>Null for what has no page of its own, or is not there any more.</returns>
    public static string? PageOf(AuditEntryResponse entry) => (entry.SubjectType, entry.Action) switch
    {
        (_, "deleted") => null,
        (ManageBooks.Subject, _) => $"/admin/books/{entry.SubjectId}",
        (AuditTrail.Video, _) => $"/admin/videos/{entry.SubjectId}",
        (ManageContracts.Subject, _) => $"/admin/contracts/{entry.SubjectId}",
        (StatementDrafts.Subject, _) => $"/admin/statements/{entry.SubjectId}",
        (User.AuditSubject, _) => $"/admin/support/{entry.SubjectId}",
        (AdminUser.AuditSubject, _) => $"/admin/staff/{entry.SubjectId}",
        (JobsPages.AuditSubject, _) => "/admin/operations",
        _ => null,
    };
}
