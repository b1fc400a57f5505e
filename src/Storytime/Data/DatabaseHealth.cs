using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Storytime.Data;

/// <summary>Ready means: the database answers and has the schema of this version.</summary>
internal sealed class DatabaseHealth(IServiceScopeFactory scopes) : IHealthCheck
{
    private bool _schemaIsCurrent;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        await using var scope = scopes.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<StorytimeDb>().Database;
        if (!await database.CanConnectAsync(cancellationToken))
            return HealthCheckResult.Unhealthy("The database does not answer.");
        // A schema never goes back while this runs, so one good look is enough.
        _schemaIsCurrent = _schemaIsCurrent || !(await database.GetPendingMigrationsAsync(cancellationToken)).Any();
        return _schemaIsCurrent ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("The database lacks migrations. Run 'storytime migrate'.");
    }
}
