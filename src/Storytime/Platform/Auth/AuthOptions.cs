using System.ComponentModel.DataAnnotations;

namespace Storytime.Platform.Auth;

/// <summary>Section <c>Auth</c>.</summary>
public sealed record AuthOptions : IValidatableObject
{
    /// <summary>Ten years: whoever writes more has mistaken the unit, and the calendar must not run out.</summary>
    private static readonly TimeSpan _longest = TimeSpan.FromDays(3650);

    /// <summary>Secret for signing access tokens (HMAC-SHA256): at least 32 random bytes, base64. Make one with <c>openssl rand -base64 32</c>.</summary>
    public string SigningKey { get; init; } = "";

    /// <summary>Life of a parent's access token.</summary>
    public TimeSpan ParentTokenLifetime { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Life of an admin's access token.</summary>
    public TimeSpan AdminTokenLifetime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Life of a child session, from handing the device over.</summary>
    public TimeSpan ChildSessionLifetime { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Life of a refresh token; each use starts it anew.</summary>
    public TimeSpan RefreshTokenLifetime { get; init; } = TimeSpan.FromDays(60);

    /// <summary>How long a spent refresh token gets the same answer again, for a client that lost it.</summary>
    public TimeSpan RefreshGrace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Password hashes computed at the same time; each takes a core for about 50 ms, and playback must not starve.</summary>
    [Range(1, 64)]
    public int ConcurrentPasswordHashes { get; init; } = Math.Max(1, Environment.ProcessorCount / 2);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        Span<byte> bytes = stackalloc byte[512];
        if (!Convert.TryFromBase64String(SigningKey, bytes, out var length) || length < 32)
            yield return new ValidationResult("Auth:SigningKey must be at least 32 random bytes in base64 (openssl rand -base64 32).", [nameof(SigningKey)]);
        (string Name, TimeSpan Value)[] lifetimes =
        [
            (nameof(ParentTokenLifetime), ParentTokenLifetime), (nameof(AdminTokenLifetime), AdminTokenLifetime),
            (nameof(ChildSessionLifetime), ChildSessionLifetime), (nameof(RefreshTokenLifetime), RefreshTokenLifetime),
        ];
        foreach (var (name, _) in lifetimes.Where(l => l.Value < TimeSpan.FromSeconds(1) || l.Value > _longest))
            yield return new ValidationResult($"Auth:{name} must be between a second and 3650 days, such as 00:15:00.", [name]);
        if (RefreshGrace < TimeSpan.Zero || RefreshGrace > TimeSpan.FromHours(1))
            yield return new ValidationResult("Auth:RefreshGrace must be between 0 and an hour, such as 00:00:10.", [nameof(RefreshGrace)]);
    }
}
