using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Storytime.Data;

namespace Storytime.Accounts;

/// <summary>
/// A refresh token: random, hashed at rest, spent at every use. All that descend from one sign-in are a family, the tokens of a
/// <see cref="ParentSession"/>; a spent one that comes back late has been stolen, and its whole family ends (RFC 9700, section 4.14.2).
/// </summary>
internal sealed class RefreshToken
{
    public long Id { get; private set; }

    public long UserId { get; private set; }

    public Guid SessionId { get; private set; }

    /// <summary>SHA-256 of the token. The token has 256 random bits, so a fast hash is enough.</summary>
    public byte[] TokenHash { get; private set; } = [];

    /// <summary>SHA-256 of what tells one client from another (its user agent).</summary>
    public byte[] ClientHash { get; private set; } = [];

    public DateTimeOffset CreatedAt { get; private set; }

    public DateTimeOffset ExpiresAt { get; private set; }

    public DateTimeOffset? SpentAt { get; private set; }

    /// <summary>
    /// The successor, encrypted with a key that only the holder of this token can derive: a client that lost the answer gets the
    /// same one again, and the table alone still gives nobody a usable token.
    /// </summary>
    public byte[]? SealedSuccessor { get; private set; }

    public static (RefreshToken Row, string Token) Issue(long userId, Guid sessionId, byte[] clientHash, DateTimeOffset now, TimeSpan lifetime)
    {
        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        return (new RefreshToken
        {
            UserId = userId,
            SessionId = sessionId,
            TokenHash = Hash(token),
            ClientHash = clientHash,
            CreatedAt = now,
            ExpiresAt = now + lifetime,
        }, token);
    }

    /// <summary>Marks this token as spent and gives its successor.</summary>
    public (RefreshToken Row, string Token) Rotate(string token, DateTimeOffset now, TimeSpan lifetime)
    {
        var next = Issue(UserId, SessionId, ClientHash, now, lifetime);
        SpentAt = now;
        SealedSuccessor = Seal(token, next.Token);
        return next;
    }

    public string Successor(string token) => Unseal(token, SealedSuccessor!);

    public static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));

    private static byte[] SealingKey(string token) => HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(token), 32, info: "successor"u8.ToArray());

    private static byte[] Seal(string token, string successor)
    {
        // The key serves one message only, so a fixed nonce is safe.
        using var aes = new AesGcm(SealingKey(token), 16);
        var plain = Encoding.UTF8.GetBytes(successor);
        var box = new byte[16 + plain.Length];
        aes.Encrypt(new byte[12], plain, box.AsSpan(16), box.AsSpan(0, 16));
        return box;
    }

    private static string Unseal(string token, byte[] box)
    {
        using var aes = new AesGcm(SealingKey(token), 16);
        var plain = new byte[box.Length - 16];
        aes.Decrypt(new byte[12], box.AsSpan(16), box.AsSpan(0, 16), plain);
        return Encoding.UTF8.GetString(plain);
    }

    internal sealed class Configuration : IEntityTypeConfiguration<RefreshToken>
    {
        public void Configure(EntityTypeBuilder<RefreshToken> builder)
        {
            builder.ToTable("refresh_tokens");
            builder.HasIndex(t => t.TokenHash).IsUnique();
            builder.HasIndex(t => t.SessionId);
            builder.HasIndex(t => t.UserId);
            builder.HasOne<User>().WithMany().HasForeignKey(t => t.UserId);
            builder.HasOne<ParentSession>().WithMany().HasForeignKey(t => t.SessionId);
            builder.Check("expires_at", "expires_at > created_at");
        }
    }
}
