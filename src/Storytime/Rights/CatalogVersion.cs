using Hangfire;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Npgsql;
using Storytime.Data;

namespace Storytime.Rights;

/// <summary>
/// Counts the transactions that changed what families see of books: the books themselves, rights windows, publishers, the videos that play. One row; triggers move it at
/// the commit, so whoever reads it sees all that was changed up to it (ADR 15).
/// </summary>
internal sealed class CatalogVersion
{
    public int Id { get; private set; }

    public long Version { get; private set; }

    internal sealed class Configuration : IEntityTypeConfiguration<CatalogVersion>
    {
        public void Configure(EntityTypeBuilder<CatalogVersion> builder)
        {
            builder.ToTable("catalog_versions");
            builder.Property(v => v.Id).ValueGeneratedNever();
            builder.Check("one", "id = 1");
        }
    }
}

/// <summary>A book that was changed by the transaction of a version. Kept for as long as nodes may have to catch up.</summary>
internal sealed class CatalogChange
{
    public long Version { get; private set; }

    public long BookId { get; private set; }

    internal sealed class Configuration : IEntityTypeConfiguration<CatalogChange>
    {
        public void Configure(EntityTypeBuilder<CatalogChange> builder)
        {
            builder.ToTable("catalog_changes");
            builder.HasKey(c => new { c.Version, c.BookId });
        }
    }
}

/// <summary>Job, every hour: forgets changes that all nodes know. One that was away for longer finds a gap, and begins anew.</summary>
internal sealed class CleanCatalogChanges(NpgsqlDataSource database)
{
    /// <summary>Changes of this many versions stay.</summary>
    public const int Kept = 10_000;

    [AutomaticRetry(Attempts = 0, OnAttemptsExceeded = AttemptsExceededAction.Delete)]
    public async Task RunAsync(CancellationToken ct)
    {
        await using var command = database.CreateCommand("delete from catalog_changes where version <= (select version from catalog_versions) - $1");
        command.Parameters.Add(new() { Value = (long)Kept });
        await command.ExecuteNonQueryAsync(ct);
    }
}
