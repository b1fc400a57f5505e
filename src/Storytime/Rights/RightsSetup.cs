namespace Storytime.Rights;

internal static class RightsSetup
{
    public static void AddRights(this IServiceCollection services) => services.AddScoped<ExpireContracts>().AddSingleton<BookCache>().AddScoped<CleanCatalogChanges>();
}
