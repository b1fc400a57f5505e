using Hangfire.PostgreSql;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Storytime.Data;

/// <summary><c>storytime migrate</c>: brings the database to the schema of this version, the tables of the job storage included.</summary>
internal static class Migrate
{
    public static async Task<int> RunAsync(IServiceProvider services, CancellationToken ct)
    {
        await using var scope = services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<StorytimeDb>().Database.MigrateAsync(ct);
        await using var connection = await scope.ServiceProvider.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync(ct);
        // Types of the extensions were made just now; the connections must learn them.
        await connection.ReloadTypesAsync(ct);
        // Also where Jobs:Storage is redis, which needs no schema: a deployment may change its mind, and must not find out then that tables are missing.
        PostgreSqlObjectsInstaller.Install(connection);
        return 0;
    }
}
