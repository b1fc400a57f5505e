using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Platform.Errors;

namespace Storytime.Accounts;

/// <summary>Hashes and checks passwords (Identity's PBKDF2), a few at a time, so that a wave of sign-ins does not starve playback.</summary>
internal sealed class Passwords(IPasswordHasher<User> hasher, IOptions<AuthOptions> options) : IDisposable
{
    private readonly SemaphoreSlim _places = new(options.Value.ConcurrentPasswordHashes);

    /// <summary>What an unknown e-mail's password is checked against, so that it costs the same as a known one's.</summary>
    private readonly Lazy<string> _nobody = new(() => hasher.HashPassword(null!, Guid.NewGuid().ToString()));

    public Task<string> HashAsync(string password, CancellationToken ct) => InTurn(() => hasher.HashPassword(null!, password), ct);

    /// <param name="hash">Null when there is no such account; then the answer is no, after the same work.</param>
    public async Task<bool> VerifyAsync(string? hash, string password, CancellationToken ct) =>
        await CheckAsync(hash, password, ct) != PasswordVerificationResult.Failed;

    /// <summary>As <see cref="VerifyAsync"/>, and tells whether the hash is weaker than the ones that are made today.</summary>
    public async Task<PasswordVerificationResult> CheckAsync(string? hash, string password, CancellationToken ct)
    {
        var verified = await InTurn(() => hasher.VerifyHashedPassword(null!, hash ?? _nobody.Value, password), ct);
        return hash is null ? PasswordVerificationResult.Failed : verified;
    }

    private async Task<T> InTurn<T>(Func<T> work, CancellationToken ct)
    {
        await _places.WaitAsync(ct);
        try
        {
            return await Task.Run(work, ct);
        }
        finally
        {
            _places.Release();
        }
    }

    public void Dispose() => _places.Dispose();
}

/// <summary>8 to 128 characters, and not one of the passwords that everybody tries first.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
internal sealed class NewPasswordAttribute : ValidationAttribute, ITextRule
{
    public const int Longest = 128;

    int ITextRule.Shortest => 8;

    int ITextRule.Longest => Longest;

    private static readonly HashSet<string> _common = ReadCommon();

    // What no list holds: our name and the seasons with any year, and the same one to four characters again and again.
    private static readonly Regex _simple = new(
        @"^((storytime|spring|summer|autumn|winter)[0-9]{0,4}!?|(.{1,4})\3+)\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.Singleline);

    /// <summary>The first thing to try for somebody whose address is known. An attribute does not see the address, so handlers ask.</summary>
    public static ApiError? IsEmail(string password, string email) =>
        password.Equals(email, StringComparison.OrdinalIgnoreCase) || password.Equals(email.Split('@')[0], StringComparison.OrdinalIgnoreCase)
            ? ApiError.Invalid("password", "Your e-mail address is one of the first passwords that anybody tries. Choose another one.")
            : null;

    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext) => value switch
    {
        string { Length: < 8 } => Wrong("Choose a password of at least 8 characters."),
        string { Length: > Longest } => Wrong("Choose a password of at most 128 characters."),
        string text when _common.Contains(text) || _simple.IsMatch(text) => Wrong("This password is one of the first that anybody tries. Choose another one."),
        _ => ValidationResult.Success,
    };

    private static ValidationResult Wrong(string message) => new(message);

    private static HashSet<string> ReadCommon()
    {
        using var reader = new StreamReader(typeof(NewPasswordAttribute).Assembly.GetManifestResourceStream("common-passwords.txt")!);
        return new(reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line[0] != '#'), StringComparer.OrdinalIgnoreCase);
    }
}
