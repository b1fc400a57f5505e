namespace Storytime.Library;

internal static class LibrarySetup
{
    public static void AddLibrary(this IServiceCollection services) => services.AddSingleton<Shelf>();
}
