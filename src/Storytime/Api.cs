using System.Net.Mime;
using Microsoft.AspNetCore.Http.HttpResults;
using Storytime.Accounts;
using Storytime.Accounts.Pages;
using Storytime.Admin;
using Storytime.Admin.Dashboard;
using Storytime.Admin.Operations;
using Storytime.Admin.Support;
using Storytime.Catalog;
using Storytime.Children;
using Storytime.Library;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Platform.OpenApi;
using Storytime.Playback;
using Storytime.Privacy;
using Storytime.Reporting;
using Storytime.Rights;
using Storytime.Usage;
using Storytime.Videos;

namespace Storytime;

/// <summary>Every route, who may call it, and what limits it.</summary>
internal static class Api
{
    public static void Map(IEndpointRouteBuilder app)
    {
        var ios = app.MapGroup("/api/v1");

        var auth = ios.MapGroup("/auth").WithTags("Accounts").AllowAnonymous();
        auth.MapPost("/register", Register.Handle).RequireRateLimiting(RateLimits.Auth).MayRefuse(Register.EmailTaken);
        auth.MapPost("/login", Login.Handle).RequireRateLimiting(RateLimits.Auth).MayRefuse(PasswordCheck.Wrong);
        auth.MapPost("/refresh", Refresh.Handle).RequireRateLimiting(RateLimits.Refresh).MayRefuse(Refresh.Refused);
        auth.MapPost("/apple", SignInWithApple.Handle).RequireRateLimiting(RateLimits.Auth).MayAnswer(404, 503).MayRefuse(SignInWithApple.Refused);
        auth.MapPost("/logout", Refresh.Logout).RequireRateLimiting(RateLimits.Refresh);
        auth.MapPost("/password/forgot", ForgotPassword.Handle).RequireRateLimiting(RateLimits.Auth);
        auth.MapPost("/password/reset", ResetPassword.Handle).RequireRateLimiting(RateLimits.Auth);
        auth.MapPost("/email/confirm", ConfirmEmail.Handle).RequireRateLimiting(RateLimits.Auth).MayRefuse(ChangeEmail.Taken);
        auth.MapPost("/consent/confirm", ConfirmConsent.Handle).RequireRateLimiting(RateLimits.Auth);

        var parent = ios.MapGroup("").RequireAuthorization(Policy.Parent);
        parent.MapGet("/me", Me.Handle).WithTags("Accounts");
        parent.MapPut("/me/password", ChangePassword.Handle).WithTags("Accounts").RequireRateLimiting(RateLimits.Auth)
            .MayRefuse(Reauthentication.Wrong, Reauthentication.Required);
        parent.MapGet("/me/sessions", ManageSessions.List).WithTags("Accounts");
        parent.MapDelete("/me/sessions", ManageSessions.EndOthers).WithTags("Accounts");
        parent.MapDelete("/me/sessions/{id:uuid}", ManageSessions.End).WithTags("Accounts");
        parent.MapPut("/me/email", ChangeEmail.Handle).WithTags("Accounts").RequireRateLimiting(RateLimits.Auth)
            .MayRefuse(Reauthentication.Wrong, Reauthentication.Required, ChangeEmail.Taken);

        var consent = parent.MapGroup("").WithTags("Consent");
        consent.MapGet("/consent", ManageConsents.State);
        consent.MapGet("/me/consents", ManageConsents.List);
        consent.MapPost("/me/consents", ManageConsents.Give);

        var children = parent.MapGroup("/children").WithTags("Children");
        children.MapGet("", ManageChildren.List);
        children.MapPost("", ManageChildren.Create).MayRefuse(ManageChildren.ConsentRequired);
        children.MapGet("/{id:id}", ManageChildren.Read);
        children.MapPatch("/{id:id}", ManageChildren.Update);
        children.MapGet("/{id:id}/activity", ReadActivity.Handle).WithTags("Usage");
        children.MapPost("/{id:id}/child_sessions", ManageChildSessions.Start);
        children.MapGet("/{id:id}/child_sessions", ListChildSessions.Handle);
        children.MapPatch("/{id:id}/child_sessions/{sessionId:id}", ManageChildSessions.Rename);
        children.MapDelete("/{id:id}/child_sessions/{sessionId:id}", ManageChildSessions.Revoke);

        var screenTime = parent.MapGroup("/children/{id:id}/screen_time").WithTags("Screen time");
        screenTime.MapPut("", ManageScreenTime.Set);
        screenTime.MapDelete("", ManageScreenTime.Lift);
        screenTime.MapGet("/today", ScreenTimeToday.Read);
        screenTime.MapPut("/today", ScreenTimeToday.Set);
        screenTime.MapDelete("/today", ScreenTimeToday.Clear);

        var catalog = parent.MapGroup("/catalog/books").WithTags("Catalog");
        catalog.MapGet("", BrowseCatalog.List).WithMetadata(new ChecksSession(Audience.Parent));
        catalog.MapGet("/{id:id}", BrowseCatalog.Read);

        var shelf = parent.MapGroup("/children/{id:id}/library_items").WithTags("Library");
        shelf.MapPost("", AddLibraryItem.Handle).MayAnswer(409);
        shelf.MapDelete("/{bookId:id}", RemoveLibraryItem.Handle);

        var privacy = parent.MapGroup("").WithTags("Privacy");
        privacy.MapGet("/me/export", ExportData.Account).Produces<ExportResponse>().RequireRateLimiting(RateLimits.Privacy);
        privacy.MapDelete("/me", RequestErasure.Account).RequireRateLimiting(RateLimits.Auth).MayRefuse(Reauthentication.Wrong, Reauthentication.Required);
        privacy.MapDelete("/me/consents", RequestErasure.Consent).RequireRateLimiting(RateLimits.Privacy);
        privacy.MapGet("/children/{id:id}/export", ExportData.Child).Produces<ExportResponse>().RequireRateLimiting(RateLimits.Privacy);
        privacy.MapDelete("/children/{id:id}", RequestErasure.Child).RequireRateLimiting(RateLimits.Privacy);

        var anybody = ios.MapGroup("/privacy").WithTags("Privacy").AllowAnonymous();
        anybody.MapGet("/retention", ReadRetention.Handle);
        anybody.MapGet("/erasures/{receipt:uuid}", ReadErasure.Handle).RequireRateLimiting(RateLimits.Receipts);

        var viewer = ios.MapGroup("").RequireAuthorization(Policy.Viewer).WithMetadata(new ChecksSession(Audience.Parent, Audience.Child));
        viewer.MapGet("/children/{id:id}/library", ListLibrary.Handle).WithTags("Library");
        viewer.MapPost("/children/{id:id}/playback_sessions", StartPlayback.Handle).WithTags("Playback").RequireRateLimiting(RateLimits.Playback)
            .MayAnswer(503).MayRefuse(() => StartPlayback.Refusals);
        viewer.MapPost("/usage_events", ReportUsage.Handle).DisableValidation().WithTags("Usage").RequireRateLimiting(RateLimits.Usage)
            .WithMetadata(new BodyIs(typeof(UsageEventsRequest))).MayAnswer(404, 409).MayRefuse(ReportUsage.NotOnShelf);

        var admin = app.MapGroup("/admin/api/v1");

        admin.MapPost("/auth/login", AdminSignIn.Handle).WithTags("Admin: sign-in").AllowAnonymous().RequireRateLimiting(RateLimits.Auth)
            .MayRefuse(PasswordCheck.Wrong, AdminSignIn.SecondFactorNeeded);

        admin.MapGet("/publishers", ManagePublishers.List).WithTags("Admin: publishers").RequireAuthorization(Policy.Staff);
        admin.MapGet("/publishers/{id:id}", ManagePublishers.Read).WithTags("Admin: publishers").RequireAuthorization(Policy.Staff);

        admin.MapGet("/dashboard", ReadDashboard.Handle).WithTags("Admin: dashboard").RequireAuthorization(Policy.Staff).MayAnswer(503);

        var editor = admin.MapGroup("").RequireAuthorization(Policy.Editor);

        var publishers = editor.MapGroup("/publishers").WithTags("Admin: publishers");
        publishers.MapPost("", ManagePublishers.Create);
        publishers.MapPatch("/{id:id}", ManagePublishers.Update);

        var books = editor.MapGroup("/books").WithTags("Admin: books");
        books.MapGet("", ManageBooks.List);
        books.MapPost("", ManageBooks.Create);
        books.MapGet("/{id:id}", ManageBooks.Read);
        books.MapPatch("/{id:id}", ManageBooks.Update);
        books.MapGet("/{id:id}/availability", ReadBookAvailability.Handle);
        books.MapGet("/{id:id}/history", ListBookHistory.Handle);
        books.MapPost("/{id:id}/cover", StartCover.Handle).MayAnswer(503);
        books.MapPut("/{id:id}/cover", ManageCover.Set).MayAnswer(409, 503);
        books.MapDelete("/{id:id}/cover", ManageCover.Remove);
        editor.MapPost("/book_status_changes", ChangeBookStatuses.Handle).WithTags("Admin: books");
        editor.MapPost("/book_matches", MatchBooks.Handle).WithTags("Admin: books");

        var rightsWindows = editor.MapGroup("/rights_windows").WithTags("Admin: rights windows");
        rightsWindows.MapGet("", ManageRightsWindows.List);
        rightsWindows.MapPost("", ManageRightsWindows.Create).MayAnswer(409);
        rightsWindows.MapGet("/{id:id}", ManageRightsWindows.Read);
        rightsWindows.MapPatch("/{id:id}", ManageRightsWindows.Update).MayAnswer(409);
        rightsWindows.MapDelete("/{id:id}", ManageRightsWindows.Delete);
        editor.MapGet("/rights_calendar", ReadRightsCalendar.Handle).WithTags("Admin: rights windows");

        var videos = editor.MapGroup("").WithTags("Admin: videos");
        videos.MapPost("/uploads/master_video", StartUpload.Handle).MayAnswer(503);
        videos.MapPost("/uploads/captions", StartCaptions.Handle).MayAnswer(503);
        videos.MapGet("/uploads/{id:id}", ManageUploads.Read);
        videos.MapPost("/uploads/{id:id}/parts", ManageUploads.SignParts).MayAnswer(409, 503);
        videos.MapGet("/uploads/{id:id}/parts", ManageUploads.ListParts).MayAnswer(409, 503);
        videos.MapPost("/uploads/{id:id}/complete", CompleteUpload.Handle).MayAnswer(409, 503);
        videos.MapDelete("/uploads/{id:id}", ManageUploads.Abort).MayAnswer(409, 503);
        videos.MapPost("/books/{id:id}/video_assets", CreateVideoAsset.Handle).MayAnswer(409, 503);
        videos.MapGet("/books/{id:id}/video_assets", ReadVideoAssets.List);
        videos.MapGet("/video_assets", ReadVideoAssets.ListAll);
        videos.MapGet("/video_assets/{id:id}", ReadVideoAssets.Read);
        videos.MapGet("/video_assets/{id:id}/attempts", ReadVideoAttempts.Handle);
        videos.MapPost("/video_assets/{id:id}/retries", RetryVideoAsset.Handle).MayAnswer(409, 503);
        videos.MapPost("/video_assets/{id:id}/cancellations", CancelVideoAsset.Handle).MayAnswer(409, 503);
        videos.MapPost("/video_assets/{id:id}/rollbacks", RollBackVideo.Handle).MayAnswer(409, 503);
        videos.MapPost("/video_assets/{id:id}/previews", PreviewVideo.Handle).MayAnswer(409, 503);

        var finance = admin.MapGroup("").RequireAuthorization(Policy.Finance);

        var contracts = finance.MapGroup("/contracts").WithTags("Admin: contracts");
        contracts.MapGet("", ManageContracts.List);
        contracts.MapPost("", ManageContracts.Create).RequireFreshSignIn();
        contracts.MapGet("/{id:id}", ManageContracts.Read);
        contracts.MapPatch("/{id:id}", ManageContracts.Update).MayAnswer(409).RequireFreshSignIn();

        var revenue = finance.MapGroup("/revenue_periods").WithTags("Admin: revenue");
        revenue.MapGet("", ManageRevenue.List);
        revenue.MapGet("/{month:month}", ManageRevenue.Read);
        revenue.MapPut("/{month:month}", ManageRevenue.Set).MayAnswer(409).RequireFreshSignIn();
        revenue.MapDelete("/{month:month}", ManageRevenue.Delete).MayAnswer(409).RequireFreshSignIn();

        var reports = finance.MapGroup("/reports").WithTags("Admin: reports");
        reports.MapGet("/minutes_watched", ReadMinutesWatched.Handle).MayAnswer(429, 503);
        reports.MapGet("/minutes_watched.csv", ReadMinutesWatched.Download).MayAnswer(429, 503);
        reports.MapGet("/completion", ReadViewings.Completion).MayAnswer(429, 503);
        reports.MapGet("/completion.csv", ReadViewings.DownloadCompletion).MayAnswer(429, 503);
        reports.MapGet("/drop_off", ReadViewings.DropOff).MayAnswer(503);

        var statements = finance.MapGroup("").WithTags("Admin: statements");
        statements.MapGet("/statements", ManageStatements.List);
        statements.MapPost("/statements", ManageStatements.Create).MayAnswer(409);
        statements.MapGet("/statements/{id:id}", ManageStatements.Read);
        statements.MapDelete("/statements/{id:id}", ManageStatements.Delete).MayAnswer(409);
        statements.MapGet("/statements/{id:id}.csv", DownloadStatement.AsCsv).Produces<string>(200, Csv.MediaType);
        statements.MapGet("/statements/{id:id}.pdf", DownloadStatement.AsPdf).Produces<FileContentHttpResult>(200, MediaTypeNames.Application.Pdf);
        statements.MapGet("/statements/{id:id}/content", ManageStatements.Content).Produces<StatementContent>();
        statements.MapGet("/statements/{id:id}/comparison", CompareStatement.Handle);
        statements.MapGet("/statements/{id:id}/verification", VerifyStatement.Handle).MayAnswer(409);
        statements.MapPost("/statements/{id:id}/issues", IssueStatement.Handle).MayAnswer(409).RequireFreshSignIn();
        statements.MapGet("/statement_months/{month:month}", ReadStatementMonth.Handle);
        statements.MapPost("/statement_runs", RunStatements.Handle).MayAnswer(409);

        var support = admin.MapGroup("").WithTags("Admin: support").RequireAuthorization(Policy.Admin);
        support.MapGet("/users", FindUsers.Handle);
        support.MapGet("/users/{id:id}", ReadUser.Handle);
        support.MapPost("/users/{id:id}/reveals", RevealNames.Handle).RequireFreshSignIn();
        support.MapDelete("/users/{id:id}/sessions", EndUserSessions.All).RequireFreshSignIn();
        support.MapDelete("/users/{id:id}/sessions/{sessionId:uuid}", EndUserSessions.Parents).RequireFreshSignIn();
        support.MapDelete("/users/{id:id}/child_sessions/{sessionId:id}", EndUserSessions.Childs).RequireFreshSignIn();
        support.MapGet("/playback_attempts", ListPlaybackAttempts.Handle);
        support.MapGet("/entitlements", ExplainEntitlement.Handle).MayAnswer(404);
        support.MapGet("/set_aside_events", ListSetAsideEvents.Handle);

        // Every role, each its own part of it.
        admin.MapGet("/audit_entries", ListAuditEntries.Handle).WithTags("Admin: operations").RequireAuthorization(Policy.Staff).MayRefuse(ListAuditEntries.NotTheirs);

        var operations = admin.MapGroup("").WithTags("Admin: operations").RequireAuthorization(Policy.Admin);
        operations.MapGet("/admins", ManageAdmins.List);
        operations.MapPost("/admins", ManageAdmins.Create).RequireFreshSignIn().MayRefuse(ManageAdmins.EmailTaken);
        operations.MapGet("/admins/{id:id}", ManageAdmins.Read);
        operations.MapPatch("/admins/{id:id}", ManageAdmins.Update).RequireFreshSignIn().MayRefuse(ManageAdmins.LastAdmin, ManageAdmins.OwnRole);
        operations.MapPost("/admins/{id:id}/setups", SetUpAdmin.Start).RequireFreshSignIn().MayRefuse(ManageAdmins.LastAdmin, SetUpAdmin.OwnAccount, SetUpAdmin.Closed);
        operations.MapGet("/admins/{id:id}/sessions", ManageAdminSessions.List);
        operations.MapDelete("/admins/{id:id}/sessions", ManageAdminSessions.EndAll).RequireFreshSignIn();
        operations.MapDelete("/admins/{id:id}/sessions/{sessionId:uuid}", ManageAdminSessions.End).RequireFreshSignIn();
        operations.MapGet("/signing_keys", ListSigningKeys.Handle);
        operations.MapGet("/operations", ReadOperations.Handle);

        // Pages for people, without a session: the secret of the link is all there is, so no cookie could be abused and no antiforgery token is needed.
        var pages = app.MapGroup(AccountLinks.Pages).AllowAnonymous().ExcludeFromDescription().DisableAntiforgery().AddEndpointFilter(LinkPages.Guard);
        pages.MapGet("/reset-password", ResetPasswordPage.Show);
        pages.MapPost("/reset-password", ResetPasswordPage.Submit).RequireRateLimiting(RateLimits.Auth);
        pages.MapGet("/confirm-email", ConfirmEmailPage.Show);
        pages.MapPost("/confirm-email", ConfirmEmailPage.Submit).RequireRateLimiting(RateLimits.Auth);
        pages.MapGet("/confirm-consent", ConfirmConsentPage.Show);
        pages.MapPost("/confirm-consent", ConfirmConsentPage.Submit).RequireRateLimiting(RateLimits.Auth);

        app.MapPost("/webhooks/mediaconvert", MediaConvertWebhook.Handle).WithTags("Webhooks").AllowAnonymous()
            .WithMetadata(new BodyIs(typeof(string), "text/plain")).MayAnswer(403, 503);
    }
}
