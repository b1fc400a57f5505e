using Storytime.Platform;
using Storytime.Platform.Aws;

namespace Storytime.Videos;

internal static class VideosSetup
{
    public static void AddVideos(this IServiceCollection services)
    {
        services.AddAws();
        services.AddSettings<UploadOptions>("Uploads");
        services.AddSingleton<VideoBuckets>();
        services.AddSingleton<UploadBucket>();
        services.AddSingleton<HlsOutputs>();
        services.AddScoped<JobOutcome>();
        services.AddScoped<SubmitVideo>();
        services.AddScoped<SweepVideos>();
        services.AddScoped<PollVideos>();
        services.AddScoped<CleanVideos>();
        services.AddScoped<MakePosters>();
        services.AddHostedService<NoticeQueue>();
    }
}
