using System.Security.Cryptography;
using System.Text;
using Storytime.LocalCloud.Orchestration;

namespace Storytime.LocalCloud.Postgres;

/// <summary>The folder of a cluster (its data in <c>data</c>, its log beside it), and the user that owns it.</summary>
internal sealed record PostgresFolder(string Folder, string? User)
{
    public string Data => Path.Combine(Folder, "data");

    public string Log => Path.Combine(Folder, "postgres.log");

    public string LockFile => Path.Combine(Data, "postmaster.pid");

    /// <summary>PostgreSQL refuses to run as root: there it runs as Debian's user postgres, who must be able to enter the folder.</summary>
    public static async Task<PostgresFolder> PrepareAsync(string wanted, CancellationToken ct)
    {
        wanted = Path.GetFullPath(wanted);
        if (Environment.UserName != "root" && !Environment.IsPrivilegedProcess)
        {
            Create(wanted);
            return new PostgresFolder(wanted, null);
        }

        var there = await GiveAsync(wanted, ct);
        if (there is null)
        {
            var elsewhere = Elsewhere(wanted);
            there = await GiveAsync(elsewhere, ct)
                ?? throw new SetupException($"The user postgres can enter neither {wanted} nor {elsewhere}, and PostgreSQL does not run as root.");
            await Console.Error.WriteLineAsync($"The user postgres cannot enter {wanted}, so the database lives in {elsewhere}.");
        }

        return there;
    }

    /// <summary>Where a cluster lives whose wanted folder lies below one that the user postgres cannot enter.</summary>
    public static string Elsewhere(string wanted)
    {
        var key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Path.GetFullPath(wanted))))[..12];
        return Path.Combine(Directory.Exists("/var/tmp") ? "/var/tmp" : "/tmp", $"storytime-postgres-{key}");
    }

    /// <summary>Runs one of PostgreSQL's programs to its end; what it wrote is the explanation when it fails.</summary>
    public async Task RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken ct)
    {
        var (exitCode, output) = await ChildProcess.RunAsync(new ChildStart(program, arguments) { User = User, WorkingFolder = Folder }, ct);
        if (exitCode != 0)
        {
            var reason = output.Split('\n').LastOrDefault(line => line.Contains("error", StringComparison.OrdinalIgnoreCase)) ?? output;
            throw new SetupException($"{Path.GetFileName(program)} failed for {Folder}: {reason.Trim()}");
        }
    }

    private static async Task<PostgresFolder?> GiveAsync(string folder, CancellationToken ct)
    {
        Create(folder);
        var owner = await ChildProcess.RunAsync(new ChildStart("chown", ["-R", "-h", "postgres:postgres", folder]), ct);
        if (owner.ExitCode != 0)
            throw new SetupException($"{folder} cannot be given to the user postgres: {owner.Output}");

        var enters = await ChildProcess.RunAsync(new ChildStart("test", ["-w", folder]) { User = "postgres" }, ct);
        return enters.ExitCode == 0 ? new PostgresFolder(folder, "postgres") : null;
    }

    private static void Create(string folder)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder)!);
            if (OperatingSystem.IsWindows())
                throw new SetupException("The private PostgreSQL runs on Linux only.");

            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            if (new DirectoryInfo(folder).LinkTarget is not null)
                throw new SetupException($"{folder} is a link; the database needs a folder of its own.");

            var probe = Path.Combine(folder, ".writable");
            File.WriteAllText(probe, "");
            File.Delete(probe);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SetupException($"The database folder {folder} is not writable: {e.Message}", e);
        }
    }
}
