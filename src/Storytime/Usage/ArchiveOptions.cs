namespace Storytime.Usage;

/// <summary>Section <c>Archive</c>: closed days of usage events as Parquet in the output bucket, for engines that scale out. docs/analytics.md</summary>
public sealed record ArchiveOptions
{
    public bool Enabled { get; init; } = true;
}
