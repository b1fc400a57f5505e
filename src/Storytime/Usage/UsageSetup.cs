namespace Storytime.Usage;

internal static class UsageSetup
{
    public static void AddUsage(this IServiceCollection services) => services.AddSingleton<UsageStore>().AddSingleton<WatchTime>().AddSingleton<Activity>()
        .AddSingleton<UsageAccess>().AddSingleton<SetAside>().AddScoped<CleanSetAside>()
        .AddSingleton<RollUp>().AddScoped<RollUpJobs>();
}
