namespace Storytime.LocalCloud.Postgres;

/// <summary>PostgreSQL's programs: Debian's newest version, which is not in the PATH, or what the PATH has.</summary>
internal sealed record PostgresPrograms(string Folder)
{
    private const string Debian = "/usr/lib/postgresql";

    public string Initdb => Path.Combine(Folder, "initdb");

    public string Server => Path.Combine(Folder, "postgres");

    public string Psql => Path.Combine(Folder, "psql");

    public static PostgresPrograms Find()
    {
        IEnumerable<string> debian = Directory.Exists(Debian) ? Directory.GetDirectories(Debian).OrderByDescending(VersionOf) : [];
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
        var folder = debian.Select(version => Path.Combine(version, "bin")).Concat(path)
            .FirstOrDefault(bin => File.Exists(Path.Combine(bin, "initdb")) && File.Exists(Path.Combine(bin, "postgres")));
        return folder is not null
            ? new PostgresPrograms(folder)
            : throw new SetupException("PostgreSQL is not installed: install it with `apt-get install postgresql`.");
    }

    private static decimal VersionOf(string folder) => decimal.TryParse(Path.GetFileName(folder), out var version) ? version : 0;
}
