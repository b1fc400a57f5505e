using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Storytime.Data;

namespace Storytime.Accounts;

/// <summary>What a link in a mail is good for.</summary>
internal enum AccountTokenKind
{
    PasswordReset,
    EmailChange,
    Consent,
}

/// <summary>The secret in a link that was mailed to a parent: random, hashed at rest, good once and for a limited time.</summary>
internal sealed class AccountToken
{
    public long Id { get; private set; }

    public long UserId { get; private set; }

    public AccountTokenKind Kind { get; private set; }

    /// <summary>SHA-256 of the token. The token has 256 random bits, so a fast hash is enough.</summary>
    public byte[] TokenHash { get; private set; } = [];

    /// <summary>The address to change to; of <see cref="AccountTokenKind.EmailChange"/> only.</summary>
    public string? NewEmail { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }

    public DateTimeOffset ExpiresAt { get; private set; }

    public DateTimeOffset? UsedAt { get; private set; }

    public static (AccountToken Row, string Token) Issue(long userId, AccountTokenKind kind, string? newEmail, DateTimeOffset now, TimeSpan lifetime)
    {
        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        return (new AccountToken
        {
            UserId = userId,
            Kind = kind,
            TokenHash = RefreshToken.Hash(token),
            NewEmail = newEmail,
            CreatedAt = now,
            ExpiresAt = now + lifetime,
        }, token);
    }

    public bool IsLive(DateTimeOffset now) => UsedAt is null && now < ExpiresAt;

    public void Use(DateTimeOffset now) => UsedAt ??= now;

    internal sealed class Configuration : IEntityTypeConfiguration<AccountToken>
    {
        public void Configure(EntityTypeBuilder<AccountToken> builder)
        {
            builder.ToTable("account_tokens");
            builder.EnumText(t => t.Kind);
            builder.HasOne<User>().WithMany().HasForeignKey(t => t.UserId);
            builder.HasIndex(t => t.UserId);
            builder.HasIndex(t => t.TokenHash).IsUnique();
            builder.Check("expires_at", "expires_at > created_at");
            builder.Check("new_email", "(new_email is not null) = (kind = 'email_change')");
        }
    }
}
