using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Storytime.Accounts;

/// <summary>An account of Sign in with Apple that opens a parent's account.</summary>
internal sealed class AppleIdentity
{
    public const string UniqueSubject = "ix_apple_identities_subject";

    public long Id { get; private set; }

    public long UserId { get; private set; }

    /// <summary>Apple's stable id of the person for our team (claim <c>sub</c>).</summary>
    public string Subject { get; private set; } = "";

    /// <summary>Apple's refresh token, encrypted: needed to tell Apple when the account is deleted. Null when the app sent no authorization code.</summary>
    public byte[]? SealedRefreshToken { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }

    public static AppleIdentity Link(long userId, string subject, DateTimeOffset now) => new() { UserId = userId, Subject = subject, CreatedAt = now };

    public void Keep(byte[] sealedRefreshToken) => SealedRefreshToken = sealedRefreshToken;

    internal sealed class Configuration : IEntityTypeConfiguration<AppleIdentity>
    {
        public void Configure(EntityTypeBuilder<AppleIdentity> builder)
        {
            builder.ToTable("apple_identities");
            builder.HasOne<User>().WithMany().HasForeignKey(i => i.UserId);
            builder.HasIndex(i => i.UserId);
            builder.HasIndex(i => i.Subject).IsUnique();
        }
    }
}
