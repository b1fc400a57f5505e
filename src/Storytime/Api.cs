using Storytime.Accounts;
using Storytime.Admin;
using Storytime.Children;
using Storytime.Platform;
using Storytime.Platform.Auth;
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

        // catalog

        // shelf.MapPost("", AddLibraryItem.Handle);
        // shelf.MapDelete("/{bookId:long}", RemoveLibraryItem.Handle);

        // viewer.MapGet("/children/{id:long}/library", ListLibrary.Handle).WithTags("Library");
        // viewer.MapPost("/children/{id:long}/playback_sessions", StartPlayback.Handle).WithTags("Playback");
        // viewer.MapPost("/usage_events", ReportUsage.Handle).WithTags("Usage");

        var admin = app.MapGroup("/admin/api/v1");

        admin.MapPost("/auth/login", AdminSignIn.Handle).WithTags("Admin: sign-in").AllowAnonymous().RequireRateLimiting(RateLimits.Auth);

        // publishers, books, rights windows

        // videos
        var videos = admin.MapGroup("").WithTags("Admin: videos").RequireAuthorization(Policy.Editor);
        videos.MapPost("/uploads/master_video", StartUpload.Handle);
        videos.MapPost("/books/{id:long}/video_assets", CreateVideoAsset.Handle);
        videos.MapGet("/books/{id:long}/video_assets", ReadVideoAssets.List);
        videos.MapGet("/video_assets/{id:long}", ReadVideoAssets.Read);
        videos.MapPost("/video_assets/{id:long}/retries", RetryVideoAsset.Handle);
        app.MapPost("/webhooks/mediaconvert", MediaConvertWebhook.Handle).WithTags("Webhooks").AllowAnonymous();
    }
}
