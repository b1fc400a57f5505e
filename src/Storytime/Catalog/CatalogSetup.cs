namespace Storytime.Catalog;

internal static class CatalogSetup
{
    public static void AddCatalog(this IServiceCollection services)
    {
        services.AddSingleton<CoverBucket>().AddSingleton<SearchCache>().AddSingleton<CatalogSearch>();
        services.AddScoped<CleanCovers>();
    }
}
