using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Storytime.Data;

/// <summary>Ready means: the database answers and has the schema of this version.</summary>
internal sealed class DatabaseHealth(StorytimeDb db) : IHealthCheck
{
    private static bool _schemaIsCurrent;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (!_schemaIsCurrent)
        {
            if ((await db.Database.GetPendingMigrationsAsync(cancellationToken)).Any())
                return HealthCheckResult.Unhealthy("The database lacks migrations. Run 'storytime migrate'.");
            _schemaIsCurrent = true;
        }
        return await db.Database.CanConnectAsync(cancellationToken)
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy("The database does not answer.");
    }
}
