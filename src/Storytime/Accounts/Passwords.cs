using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Storytime.Platform;
using Storytime.Platform.Auth;

namespace Storytime.Accounts;

/// <summary>Hashes and checks passwords (Identity's PBKDF2), a few at a time, so that a wave of sign-ins does not starve playback.</summary>
internal sealed class Passwords(IPasswordHasher<User> hasher, IOptions<AuthOptions> options) : IDisposable
{
    private readonly SemaphoreSlim _places = new(options.Value.ConcurrentPasswordHashes);

    /// <summary>What an unknown e-mail's password is checked against, so that it costs the same as a known one's.</summary>
    private readonly Lazy<string> _nobody = new(() => hasher.HashPassword(null!, Guid.NewGuid().ToString()));

    public Task<string> HashAsync(string password, CancellationToken ct) => InTurn(() => hasher.HashPassword(null!, password), ct);

    /// <param name="hash">Null when there is no such account; then the answer is no, after the same work.</param>
    public async Task<bool> VerifyAsync(string? hash, string password, CancellationToken ct)
    {
        var verified = await InTurn(() => hasher.VerifyHashedPassword(null!, hash ?? _nobody.Value, password), ct);
        return hash is not null && verified != PasswordVerificationResult.Failed;
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

    // The head of the public lists of leaked passwords, those of 8 characters and more.
    private static readonly HashSet<string> _common = new(
        """
        password password1 password12 password123 password1234 passw0rd p@ssword p@ssw0rd pa55word 12345678 123456789 1234567890 123123123
        11111111 00000000 87654321 88888888 12341234 11223344 147258369 987654321 66666666 1q2w3e4r 1q2w3e4r5t qwertyui qwertyuiop qwerty12
        qwerty123 qwerty1234 qazwsxedc asdfghjk asdfghjkl zxcvbnm1 zxcvbnm123 iloveyou iloveyou1 sunshine sunshine1 princess princess1 football
        football1 baseball baseball1 superman superman1 starwars starwars1 trustno1 whatever welcome1 welcome123 letmein1 letmein123 abcd1234
        abc12345 abc123456 a1b2c3d4 aa123456 changeme changeme1 computer internet michelle jennifer jordan23 liverpool chocolate butterfly
        samantha victoria charlie1 dragon12 monkey123 master123 shadow123 spongebob pokemon1 minecraft mickeymouse hello123 hello1234 test1234
        testtest admin123 admin1234 administrator default1 secret123 storytime storytime1 summer2024 summer2025 summer2026 winter2025 winter2026
        """.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries), StringComparer.OrdinalIgnoreCase);

    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext) => value switch
    {
        string { Length: < 8 } => Wrong("Choose a password of at least 8 characters."),
        string { Length: > Longest } => Wrong("Choose a password of at most 128 characters."),
        string text when _common.Contains(text) => Wrong("This password is one of the first that anybody tries. Choose another one."),
        _ => ValidationResult.Success,
    };

    private static ValidationResult Wrong(string message) => new(message);
}
