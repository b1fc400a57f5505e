using Storytime.Accounts;
using Storytime.Admin;
using Storytime.Catalog;
using Storytime.Children;
using Storytime.Library;
using Storytime.Playback;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Platform.OpenApi;
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

        var auth = ios.MapGroup("/auth").WithTags("Accounts").AllowAnonymous().RequireRateLimiting(RateLimits.Auth);
        auth.MapPost("/register", Register.Handle);
        auth.MapPost("/login", Login.Handle);
        auth.MapPost("/refresh", Refresh.Handle);
        auth.MapPost("/logout", Refresh.Logout);

        var parent = ios.MapGroup("").RequireAuthorization(Policy.Parent);
        parent.MapGet("/me", Me.Handle).WithTags("Accounts");

        var children = parent.MapGroup("/children").WithTags("Children");
        children.MapGet("", ManageChildren.List);
        children.MapPost("", ManageChildren.Create);
        children.MapGet("/{id:long}", ManageChildren.Read);
        children.MapPatch("/{id:long}", ManageChildren.Update);
        children.MapPost("/{id:long}/child_sessions", ManageChildSessions.Start);
        children.MapGet("/{id:long}/child_sessions", ManageChildSessions.List);
        children.MapDelete("/{id:long}/child_sessions/{sessionId:long}", ManageChildSessions.Revoke);

        var catalog = parent.MapGroup("/catalog/books").WithTags("Catalog");
        catalog.MapGet("", BrowseCatalog.List);
        catalog.MapGet("/{id:long}", BrowseCatalog.Read);

        var shelf = parent.MapGroup("/children/{id:long}/library_items").WithTags("Library");
        shelf.MapPost("", AddLibraryItem.Handle);
        shelf.MapDelete("/{bookId:long}", RemoveLibraryItem.Handle);

        var viewer = ios.MapGroup("").RequireAuthorization(Policy.Viewer);
        viewer.MapGet("/children/{id:long}/library", ListLibrary.Handle).WithTags("Library");
        viewer.MapPost("/children/{id:long}/playback_sessions", StartPlayback.Handle).WithTags("Playback");
        viewer.MapPost("/usage_events", ReportUsage.Handle).WithTags("Usage").WithMetadata(new BodyIs(typeof(UsageEventsRequest)));

        var admin = app.MapGroup("/admin/api/v1");

        admin.MapPost("/auth/login", AdminSignIn.Handle).WithTags("Admin: sign-in").AllowAnonymous().RequireRateLimiting(RateLimits.Auth);

        admin.MapGet("/publishers", ManagePublishers.List).WithTags("Admin: publishers").RequireAuthorization(Policy.Staff);
        admin.MapGet("/publishers/{id:long}", ManagePublishers.Read).WithTags("Admin: publishers").RequireAuthorization(Policy.Staff);

        var editor = admin.MapGroup("").RequireAuthorization(Policy.Editor);

        var publishers = editor.MapGroup("/publishers").WithTags("Admin: publishers");
        publishers.MapPost("", ManagePublishers.Create);
        publishers.MapPatch("/{id:long}", ManagePublishers.Update);

        var books = editor.MapGroup("/books").WithTags("Admin: books");
        books.MapGet("", ManageBooks.List);
        books.MapPost("", ManageBooks.Create);
        books.MapGet("/{id:long}", ManageBooks.Read);
        books.MapPatch("/{id:long}", ManageBooks.Update);

        var rightsWindows = editor.MapGroup("/rights_windows").WithTags("Admin: rights windows");
        rightsWindows.MapGet("", ManageRightsWindows.List);
        rightsWindows.MapPost("", ManageRightsWindows.Create);
        rightsWindows.MapGet("/{id:long}", ManageRightsWindows.Read);
        rightsWindows.MapPatch("/{id:long}", ManageRightsWindows.Update);
        rightsWindows.MapDelete("/{id:long}", ManageRightsWindows.Delete);

        var videos = editor.MapGroup("").WithTags("Admin: videos");
        videos.MapPost("/uploads/master_video", StartUpload.Handle);
        videos.MapPost("/books/{id:long}/video_assets", CreateVideoAsset.Handle);
        videos.MapGet("/books/{id:long}/video_assets", ReadVideoAssets.List);
        videos.MapGet("/video_assets/{id:long}", ReadVideoAssets.Read);
        videos.MapPost("/video_assets/{id:long}/retries", RetryVideoAsset.Handle);

        app.MapPost("/webhooks/mediaconvert", MediaConvertWebhook.Handle).WithTags("Webhooks").AllowAnonymous();
    }
}
