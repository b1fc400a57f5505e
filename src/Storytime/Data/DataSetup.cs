using System.ComponentModel.DataAnnotations;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.Extensions.Options;
using Npgsql;
using Storytime.Platform;

namespace Storytime.Data;

/// <summary>Section <c>ConnectionStrings</c>.</summary>
public sealed record ConnectionStrings
{
    /// <summary>Of the PostgreSQL database, version 15 or newer.</summary>
    [Required(ErrorMessage = "ConnectionStrings:Storytime must be a PostgreSQL connection string, such as 'Host=db;Database=storytime;Username=storytime'.")]
    public string? Storytime { get; init; }
}

internal static class DataSetup
{
    public static void AddStorytimeData(this IServiceCollection services)
    {
        services.AddSettings<ConnectionStrings>("ConnectionStrings");
        services.AddSingleton(provider => MakeDataSource(
            provider.GetRequiredService<IOptions<ConnectionStrings>>().Value.Storytime!, provider.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton<Partitions>();
        services.AddDbContextPool<StorytimeDb>((provider, options) => Configure(options).UseNpgsql(provider.GetRequiredService<NpgsqlDataSource>()));
    }

    private static NpgsqlDataSource MakeDataSource(string connectionString, ILoggerFactory loggers)
    {
        var builder = new NpgsqlDataSourceBuilder(connectionString).UseLoggerFactory(loggers);
        var text = builder.ConnectionStringBuilder;
        // Catalog search counts a word as meant when about two fifths of its trigrams are there; PostgreSQL's default of 0.6 misses swapped letters.
        text.Options = $"{text.Options} -c pg_trgm.word_similarity_threshold=0.4 -c TimeZone=UTC".Trim();
        // Statements are few and stable: prepared ones cost PostgreSQL less than half.
        if (text.MaxAutoPrepare == 0)
            text.MaxAutoPrepare = 100;
        return builder.Build();
    }

    private static DbContextOptionsBuilder Configure(DbContextOptionsBuilder options) => options.UseSnakeCaseNamingConvention();

    /// <summary>For <c>dotnet ef migrations add</c>; needs no database.</summary>
    internal sealed class DesignTime : IDesignTimeDbContextFactory<StorytimeDb>
    {
        public StorytimeDb CreateDbContext(string[] args)
        {
            var options = new DbContextOptionsBuilder<StorytimeDb>();
            Configure(options).UseNpgsql();
            return new StorytimeDb(options.Options);
        }
    }
}
