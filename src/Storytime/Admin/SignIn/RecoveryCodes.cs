using System.Security.Cryptography;
using System.Text;

namespace Storytime.Admin.SignIn;

/// <summary>Each stands once for the authenticator app that was lost.</summary>
internal static class RecoveryCodes
{
    public const int Count = 10;

    private const string Alphabet = "abcdefghjkmnpqrstuvwxyz23456789";

    /// <summary>With 79 random bits, so that a fast hash of them is enough, and letters that nobody mistakes for each other.</summary>
    public static IReadOnlyList<string> New() => [.. Enumerable.Range(0, Count).Select(_ => string.Join('-', RandomNumberGenerator.GetString(Alphabet, 16).Chunk(4).Select(c => new string(c))))];

    /// <summary>The same however it was typed.</summary>
    public static string Hash(string code) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Concat(code.Where(char.IsLetterOrDigit)).ToLowerInvariant())));
}
