using System.Data.Common;
using Storytime.LocalCloud.Orchestration;
using Storytime.LocalCloud.Postgres;

namespace Storytime.Browser.Tests.Testing;

/// <summary>For what only time would bring about.</summary>
internal static class Database
{
    public static async Task RunAsync(RunningStorytime storytime, string sql)
    {
        var parts = new DbConnectionStringBuilder { ConnectionString = storytime.Database };
        var (exitCode, output) = await ChildProcess.RunAsync(
            new ChildStart(PostgresPrograms.Find().Psql, ["--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--command", sql])
            {
                Environment = new (string Variable, string Name)[] { ("PGHOST", "Host"), ("PGPORT", "Port"), ("PGDATABASE", "Database"), ("PGUSER", "Username"), ("PGPASSWORD", "Password") }
                    .Where(p => parts.ContainsKey(p.Name)).ToDictionary(p => p.Variable, p => $"{parts[p.Name]}"),
            },
            TestContext.Current.CancellationToken);
        exitCode.ShouldBe(0, output);
    }

    /// <summary>As if this account had shown its password eleven minutes ago, and nothing since.</summary>
    public static Task AgeSignInAsync(RunningStorytime storytime, string email) => RunAsync(storytime,
        $"update admin_sessions set authenticated_at = authenticated_at - interval '11 minutes' where admin_id = (select id from admin_users where email = '{email}')");
}
