using Storytime.Platform.Auth;

namespace Storytime.Children;

internal static class ChildrenSetup
{
    public static void AddChildren(this IServiceCollection services)
    {
        services.AddScoped<ISessionCheck, ChildSessionCheck>();
        services.AddScoped<CleanSessions>();
    }
}
