namespace Storytime.LocalCloud;

/// <summary>Where and how a private PostgreSQL cluster runs.</summary>
public sealed record PostgresOptions
{
    /// <summary>Made when it does not exist. Run by root, it is given to the user <c>postgres</c>.</summary>
    public required string DataFolder { get; init; }

    /// <summary>0: any free port.</summary>
    public int Port { get; init; }

    /// <summary>False gives up crash safety for speed: for tests, whose data nobody wants back.</summary>
    public bool Durable { get; init; } = true;

    /// <summary>More settings of the server, as in <c>shared_buffers=1GB</c>.</summary>
    public IReadOnlyList<string> Settings { get; init; } = [];
}
