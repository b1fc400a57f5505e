using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Storytime.Admin.SignIn;

/// <summary>The codes of authenticator apps: RFC 6238 with what every app takes, HMAC-SHA1, six digits, steps of 30 seconds.</summary>
internal static class Totp
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    private const int StepSeconds = 30;

    /// <summary>160 bits (RFC 4226, section 4, R6), in base32 as the apps read it (RFC 4648, section 6).</summary>
    public static string NewKey() => RandomNumberGenerator.GetString(Alphabet, 32);

    /// <summary>One step before and after now is taken too, for a telephone whose clock is not right (RFC 6238, section 5.2).</summary>
    /// <returns>The step that the code is of; null when it is of none.</returns>
    public static long? StepOf(string code, string key, DateTimeOffset now)
    {
        var current = now.ToUnixTimeSeconds() / StepSeconds;
        var (bytes, given) = (Decode(key), Encoding.UTF8.GetBytes(code));
        long? found = null;
        for (var step = current - 1; step <= current + 1; step++)
        {
            if (CryptographicOperations.FixedTimeEquals(given, Encoding.UTF8.GetBytes(Code(bytes, step))))
                found = step;
        }
        return found;
    }

    /// <summary>What the QR code says. https://github.com/google/google-authenticator/wiki/Key-Uri-Format</summary>
    public static string Address(string key, string email) => $"otpauth://totp/Storytime:{Uri.EscapeDataString(email)}?secret={key}&issuer=Storytime";

    /// <summary>RFC 4226, section 5.3.</summary>
    private static string Code(byte[] key, long step)
    {
        Span<byte> counter = stackalloc byte[8];
        Span<byte> hash = stackalloc byte[HMACSHA1.HashSizeInBytes];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
#pragma warning disable CA5350 // The RFC's hash, and the only one that all apps know; as a MAC it is not broken.
        HMACSHA1.HashData(key, counter, hash);
#pragma warning restore CA5350
        var number = BinaryPrimitives.ReadInt32BigEndian(hash[(hash[^1] & 0xf)..]) & 0x7fffffff;
        return (number % 1_000_000).ToString("D6", CultureInfo.InvariantCulture);
    }

    private static byte[] Decode(string key)
    {
        var (bytes, bits, count) = (new byte[key.Length * 5 / 8], 0, 0);
        var next = 0;
        foreach (var letter in key)
        {
            (bits, count) = ((bits << 5 | Alphabet.IndexOf(letter, StringComparison.Ordinal)) & 0xfff, count + 5);
            if (count < 8)
                continue;
            count -= 8;
            bytes[next++] = (byte)(bits >> count);
        }
        return bytes;
    }
}
