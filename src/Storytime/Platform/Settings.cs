using System.ComponentModel.DataAnnotations;
using System.Net;
using Microsoft.Extensions.Options;

namespace Storytime.Platform;

internal static class Settings
{
    /// <summary>Binds a section and checks it when the program starts: a wrong setting stops it with the setting's name.</summary>
    public static OptionsBuilder<T> AddSettings<T>(this IServiceCollection services, string section) where T : class =>
        services.AddOptions<T>().BindConfiguration(section).ValidateDataAnnotations().ValidateOnStart();

    /// <summary>Runs the program; wrong settings end it with a sentence for each of them.</summary>
    public static async Task<int> OrExplainAsync(Func<Task<int>> program)
    {
        try
        {
            return await program();
        }
        catch (Exception e) when (Failures(e) is { Length: > 0 } failures)
        {
            foreach (var failure in failures)
                await Console.Error.WriteLineAsync(failure);
            return 1;
        }
    }

    private static string[] Failures(Exception e) => e switch
    {
        // "DataAnnotation validation failed for 'AwsOptions' members: 'Region' with the error: 'Aws:Region must …'." The sentence is ours.
        OptionsValidationException invalid => [.. invalid.Failures.Select(f => f.Split("with the error: '") is [_, [.. var ours, '\'', '.']] ? ours : f)],
        // A text that is no number, time or word that the setting takes: "Failed to convert configuration value 'ssl' at 'Mail:Security' to type '…'."
        InvalidOperationException { Message: var text } when text.StartsWith("Failed to convert configuration value", StringComparison.Ordinal) && text.Split('\'') is [_, var value, _, var setting, ..] =>
            [$"{setting} cannot be '{value}'. See docs/settings.md for what it can be."],
        AggregateException several => [.. several.InnerExceptions.SelectMany(Failures)],
        _ => [],
    };
}

/// <summary>Section <c>Cors</c>: browser clients of the API that live on another origin.</summary>
public sealed record CorsOptions
{
    /// <summary>Exact origins, such as <c>https://watch.example.com</c>.</summary>
    public string[] Origins { get; init; } = [];
}

/// <summary>Section <c>RateLimits</c>: requests in a minute, from one address and for one account. docs/settings.md has the reasons.</summary>
public sealed record RateLimitOptions
{
    /// <summary>Sign-ins and registrations of one address, together.</summary>
    [Range(1, 1_000_000, ErrorMessage = "RateLimits:AuthPerMinute must be at least 1.")]
    public int AuthPerMinute { get; init; } = 20;

    /// <summary>Refreshes and sign-outs: every device of a household, and of everybody behind one address, refreshes four times an hour.</summary>
    [Range(1, 1_000_000, ErrorMessage = "RateLimits:RefreshPerMinute must be at least 1.")]
    public int RefreshPerMinute { get; init; } = 300;

    /// <summary>Playback sessions of one family, on all its devices.</summary>
    [Range(1, 1_000_000, ErrorMessage = "RateLimits:PlaybackPerMinutePerAccount must be at least 1.")]
    public int PlaybackPerMinutePerAccount { get; init; } = 60;

    /// <summary>Playback sessions of all families behind one address.</summary>
    [Range(1, 1_000_000, ErrorMessage = "RateLimits:PlaybackPerMinutePerAddress must be at least 1.")]
    public int PlaybackPerMinutePerAddress { get; init; } = 3000;

    /// <summary>Calls of one family with usage events, on all its devices.</summary>
    [Range(1, 1_000_000, ErrorMessage = "RateLimits:UsagePerMinutePerAccount must be at least 1.")]
    public int UsagePerMinutePerAccount { get; init; } = 300;

    /// <summary>Calls with usage events of all families behind one address.</summary>
    [Range(1, 1_000_000, ErrorMessage = "RateLimits:UsagePerMinutePerAddress must be at least 1.")]
    public int UsagePerMinutePerAddress { get; init; } = 10_000;

    /// <summary>Exports and erasures of one account.</summary>
    [Range(1, 1_000_000, ErrorMessage = "RateLimits:PrivacyPerMinutePerAccount must be at least 1.")]
    public int PrivacyPerMinutePerAccount { get; init; } = 10;

    /// <summary>Exports and erasures of all families behind one address.</summary>
    [Range(1, 1_000_000, ErrorMessage = "RateLimits:PrivacyPerMinutePerAddress must be at least 1.")]
    public int PrivacyPerMinutePerAddress { get; init; } = 300;

    /// <summary>Looks at receipts of erasures from one address.</summary>
    [Range(1, 1_000_000, ErrorMessage = "RateLimits:ReceiptsPerMinute must be at least 1.")]
    public int ReceiptsPerMinute { get; init; } = 120;
}

/// <summary>Section <c>Proxies</c>: the load balancers whose <c>X-Forwarded-For</c> and <c>X-Forwarded-Proto</c> are believed.</summary>
public sealed record ProxyOptions : IValidatableObject
{
    /// <summary>Networks in CIDR notation, such as <c>10.0.0.0/8</c>. None: no such header is believed.</summary>
    public string[] Networks { get; init; } = [];

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) => Networks
        .Where(n => !IPNetwork.TryParse(n, out _))
        .Select(n => new ValidationResult($"Proxies:Networks must be networks such as 10.0.0.0/8; '{n}' is none.", [nameof(Networks)]));
}
