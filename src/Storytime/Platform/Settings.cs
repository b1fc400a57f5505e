using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Storytime.Platform;

internal static class Settings
{
    /// <summary>Binds a section and checks it when the program starts: a wrong setting stops it with the setting's name.</summary>
    public static OptionsBuilder<T> AddSettings<T>(this IServiceCollection services, string section) where T : class =>
        services.AddOptions<T>().BindConfiguration(section).ValidateDataAnnotations().ValidateOnStart();
}

/// <summary>Section <c>Cors</c>: browser clients of the API that live on another origin.</summary>
public sealed record CorsOptions
{
    /// <summary>Exact origins, such as <c>https://watch.example.com</c>.</summary>
    public string[] Origins { get; init; } = [];
}

/// <summary>Section <c>RateLimits</c>: requests in a minute from one address.</summary>
public sealed record RateLimitOptions
{
    /// <summary>Sign-in, registration and refresh, together.</summary>
    [Range(1, 1_000_000, ErrorMessage = "RateLimits:AuthPerMinute must be at least 1.")]
    public int AuthPerMinute { get; init; } = 20;
}
