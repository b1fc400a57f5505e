using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Validation;
using Storytime.Admin.Shell;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Platform.Errors;
using Storytime.Rights;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Admin.SignIn;

/// <summary>What a page that is open asks for, by the session that the account has now.</summary>
internal static class DeskCalls
{
    /// <returns>Null when it was answered.</returns>
    public static async Task<ApiError?> ListPublishersAsync(StorytimeApp app, long adminId)
    {
        var session = (Guid)(await app.SqlAsync($"select id from admin_sessions where admin_id = {adminId} order by created_at desc limit 1"))!;
        var services = app.Services;
        // As the page was when it was opened: with a role.
        var page = new LiveSession(session, adminId, "", AdminRole.Admin, app.Now, app.Now, MustEnrol: false);
        await using var scope = services.CreateAsyncScope();
        var desk = new Desk(
            services.GetRequiredService<IServiceScopeFactory>(), new Page(page), services.GetRequiredService<Operations>(), scope.ServiceProvider.GetRequiredService<IAuthorizationService>(),
            services.GetRequiredService<IOptions<ValidationOptions>>(), null!, app.Clock, NullLogger<Desk>.Instance);
        var filter = new PublisherFilter();
        return (await desk.AskAsync(ManagePublishers.List, filter, c => ManagePublishers.List(filter, new PageQuery(), c.Db, c.Aborted))).Error;
    }

    private sealed class Page(LiveSession session) : AuthenticationStateProvider
    {
        public override Task<AuthenticationState> GetAuthenticationStateAsync() => Task.FromResult(new AuthenticationState(session.Principal));
    }
}
