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

    /// <summary>Of a read replica for reports; the same database when it is not set.</summary>
    public string? Reports { get; init; }
}

internal static class DataSetup
{
    /// <summary>Key of the data source for reports: it reads only, with few connections, and its statements end after a minute.</summary>
    public const string Reports = "reports";

    /// <summary>
    /// Key of the data source for the hottest paths: a few statements that never change and leave nothing behind in their session. So they are planned once instead of each
    /// time, and a connection that goes from one request to the next needs no reset, which costs PostgreSQL more than a point query.
    /// </summary>
    public const string Hot = "hot";

    /// <summary>Search counts a word as meant when about two fifths of its trigrams are there; PostgreSQL's default of 0.6 misses swapped letters.</summary>
    private const string Similarity = "-c pg_trgm.word_similarity_threshold=0.4";

    public static void AddStorytimeData(this IServiceCollection services)
    {
        services.AddSettings<ConnectionStrings>("ConnectionStrings");
        services.AddSingleton(provider => MakeDataSource(
            provider.GetRequiredService<IOptions<ConnectionStrings>>().Value.Storytime!, provider.GetRequiredService<ILoggerFactory>()));
        services.AddKeyedSingleton(Hot, (provider, _) => MakeHotDataSource(
            provider.GetRequiredService<IOptions<ConnectionStrings>>().Value.Storytime!, provider.GetRequiredService<ILoggerFactory>()));
        services.AddKeyedSingleton(Reports, (provider, _) => MakeReportsDataSource(
            provider.GetRequiredService<IOptions<ConnectionStrings>>().Value, provider.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton<Partitions>();
        services.AddDbContextPool<StorytimeDb>((provider, options) => Configure(options).UseNpgsql(provider.GetRequiredService<NpgsqlDataSource>()));
    }

    private static NpgsqlDataSource MakeDataSource(string connectionString, ILoggerFactory loggers)
    {
        var builder = new NpgsqlDataSourceBuilder(connectionString).UseLoggerFactory(loggers);
        var text = builder.ConnectionStringBuilder;
        text.Options = $"{text.Options} {Similarity} -c TimeZone=UTC".Trim();
        // Statements are few and stable: prepared ones cost PostgreSQL less than half.
        if (text.MaxAutoPrepare == 0)
            text.MaxAutoPrepare = 100;
        return builder.Build();
    }

    private static NpgsqlDataSource MakeHotDataSource(string connectionString, ILoggerFactory loggers)
    {
        var builder = new NpgsqlDataSourceBuilder(connectionString).UseLoggerFactory(loggers);
        var text = builder.ConnectionStringBuilder;
        text.Options = $"{text.Options} {Similarity} -c plan_cache_mode=force_generic_plan -c TimeZone=UTC".Trim();
        if (text.MaxAutoPrepare == 0)
            text.MaxAutoPrepare = 100;
        text.AutoPrepareMinUsages = 2;
        text.NoResetOnClose = true;
        text.MaxPoolSize = Math.Min(text.MaxPoolSize, 32);
        text.MinPoolSize = Math.Min(text.MinPoolSize, text.MaxPoolSize);
        return builder.Build();
    }

    private static NpgsqlDataSource MakeReportsDataSource(ConnectionStrings settings, ILoggerFactory loggers)
    {
        var own = string.IsNullOrWhiteSpace(settings.Reports) ? settings.Storytime! : settings.Reports;
        var builder = new NpgsqlDataSourceBuilder(own).UseLoggerFactory(loggers);
        var text = builder.ConnectionStringBuilder;
        // What the connection string says itself comes last, and holds.
        text.Options = $"-c default_transaction_read_only=on -c statement_timeout=60s {text.Options} -c TimeZone=UTC".Trim();
        // A statement that is prepared is planned for any range of days; a day and ten years want different plans.
        text.MaxAutoPrepare = 0;
        text.MaxPoolSize = 4;
        // PostgreSQL ends what takes too long, so that nothing goes on behind our back.
        text.CommandTimeout = 90;
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
