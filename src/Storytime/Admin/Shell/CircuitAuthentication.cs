using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;

namespace Storytime.Admin.Shell;

/// <summary>A page that stays open notices within half a minute that its session was ended; what it asks for is refused at once (<see cref="Desk"/>).</summary>
internal sealed class CircuitAuthentication(ILoggerFactory loggers, IServiceScopeFactory scopes) : RevalidatingServerAuthenticationStateProvider(loggers)
{
    protected override TimeSpan RevalidationInterval => TimeSpan.FromSeconds(30);

    protected override async Task<bool> ValidateAuthenticationStateAsync(AuthenticationState authenticationState, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<ConsoleSessions>().FindAsync(authenticationState.User, cancellationToken) is { MustEnrol: false } session
            && authenticationState.User.IsInRole(session.Role.ToString());
    }
}
