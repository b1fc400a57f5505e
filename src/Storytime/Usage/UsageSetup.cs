using Storytime.Platform;

namespace Storytime.Usage;

internal static class UsageSetup
{
    public static void AddUsage(this IServiceCollection services)
    {
        services.AddSingleton<UsageStore>().AddSingleton<UsageAccess>().AddSingleton<UsageIntake>().AddSingleton<SetAside>().AddScoped<CleanSetAside>();
        services.AddSingleton<WatchTime>().AddSingleton<Activity>().AddSingleton<RollUp>().AddScoped<RollUpJobs>();
        services.AddSettings<ArchiveOptions>("Archive");
        services.AddSingleton<ArchiveFile>().AddSingleton<ArchiveBucket>().AddScoped<ArchiveUsage>();
    }
}
