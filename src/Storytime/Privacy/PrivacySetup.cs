using Storytime.Platform;

namespace Storytime.Privacy;

internal static class PrivacySetup
{
    public static void AddPrivacy(this IServiceCollection services)
    {
        services.AddSettings<RetentionOptions>("Retention");
        services.AddScoped<EraseFamily>();
        services.AddSingleton<DataExport>();
        services.AddSingleton<ExportTurns>();
        services.AddScoped<EraseData>();
        services.AddScoped<DropOldMonths>();
    }
}
