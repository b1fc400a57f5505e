using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Storytime.Accounts;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Reporting;
using Storytime.Videos;

namespace Storytime.Admin;

/// <summary>A member of staff. A table of its own: no flaw in a role check can turn a parent into one.</summary>
internal sealed class AdminUser : IdentityUser<long>
{
    /// <summary>Name of the unique index on the e-mail without regard to case.</summary>
    public const string UniqueEmail = "ux_admin_users_email";

    /// <summary>In the audit trail.</summary>
    public const string AuditSubject = "admin_user";

    /// <summary>How long a link to set an account up is good for.</summary>
    public static readonly TimeSpan SetupLifetime = TimeSpan.FromHours(24);

    public AdminRole Role { get; private set; }

    /// <summary>SHA-256 of the token in the link by which a new password is chosen. The token has 256 random bits, so a fast hash is enough.</summary>
    public byte[]? SetupTokenHash { get; private set; }

    public DateTimeOffset? SetupTokenExpiresAt { get; private set; }

    /// <summary>The step of 30 seconds whose code was taken last: neither it nor one before it is taken again.</summary>
    public long? TotpLastStep { get; private set; }

    /// <summary>When the passkey that was shown last had been asked for: what was asked for before then is not answered any more.</summary>
    public DateTimeOffset? PasskeyAskedAt { get; private set; }

    /// <summary>Set when the account was closed; its tokens stop at once.</summary>
    public DateTimeOffset? DisabledAt { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }

    public DateTimeOffset UpdatedAt { get; private set; }

    public static AdminUser Create(string email, AdminRole role, DateTimeOffset now) => new()
    {
        Email = email,
        EmailConfirmed = true,
        Role = role,
        LockoutEnabled = true,
        SecurityStamp = Guid.NewGuid().ToString("N"),
        CreatedAt = now,
        UpdatedAt = now,
    };

    /// <summary>Whether it is an admin's account that can be signed in to: not closed, and with a password.</summary>
    public bool IsWorkingAdmin => Role == AdminRole.Admin && DisabledAt is null && PasswordHash is not null;

    public void ChangeRole(AdminRole role, DateTimeOffset now) => (Role, UpdatedAt) = (role, now);

    public void Disable(DateTimeOffset now)
    {
        (DisabledAt, UpdatedAt) = (DisabledAt ?? now, now);
        (SetupTokenHash, SetupTokenExpiresAt) = (null, null);
    }

    public void Enable(DateTimeOffset now) => (DisabledAt, UpdatedAt) = (null, now);

    /// <summary>From now on only who has the link gets in: its password and its second factor are over. The rows of the second factor are the caller's to delete.</summary>
    /// <returns>The token of the link, which is kept nowhere.</returns>
    public string StartSetup(DateTimeOffset now)
    {
        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        (SetupTokenHash, SetupTokenExpiresAt) = (HashOf(token), now + SetupLifetime);
        (PasswordHash, TwoFactorEnabled, SecurityStamp, UpdatedAt) = (null, false, Guid.NewGuid().ToString("N"), now);
        return token;
    }

    /// <param name="passwordHash">Of the password that was chosen by the link.</param>
    public void FinishSetup(string passwordHash, DateTimeOffset now)
    {
        (SetupTokenHash, SetupTokenExpiresAt) = (null, null);
        (PasswordHash, SecurityStamp, UpdatedAt) = (passwordHash, Guid.NewGuid().ToString("N"), now);
        (AccessFailedCount, LockoutEnd) = (0, null);
    }

    /// <param name="hash">Of the new password.</param>
    public void SetPassword(string hash, DateTimeOffset now)
    {
        PasswordHash = hash;
        ChangeFactors(now);
    }

    /// <param name="step">Of the code by which the app showed its key.</param>
    public void TurnOnAuthenticator(long step, DateTimeOffset now)
    {
        (TwoFactorEnabled, TotpLastStep) = (true, step);
        ChangeFactors(now);
    }

    public void TurnOffAuthenticator(DateTimeOffset now)
    {
        (TwoFactorEnabled, TotpLastStep) = (false, null);
        ChangeFactors(now);
    }

    /// <summary>A sign-in that is half done does not go on with what was right before.</summary>
    public void ChangeFactors(DateTimeOffset now) => (SecurityStamp, UpdatedAt) = (Guid.NewGuid().ToString("N"), now);

    public static byte[] HashOf(string setupToken) => SHA256.HashData(Encoding.UTF8.GetBytes(setupToken));

    internal sealed class Configuration : IEntityTypeConfiguration<AdminUser>
    {
        public void Configure(EntityTypeBuilder<AdminUser> builder)
        {
            builder.ToTable("admin_users");
            builder.IgnoreUnusedIdentityColumns();
            builder.EnumText(a => a.Role);
            builder.Check("email", "email like '%@%' and length(email) <= 254");
            builder.Check("setup_token", "(setup_token_hash is null) = (setup_token_expires_at is null)");
            builder.HasIndex(a => a.SetupTokenHash).IsUnique();
            // What staff did keeps its author: accounts are closed, never deleted. Said here, because those tables stand below this one.
            builder.HasMany<AuditEntry>().WithOne().HasForeignKey(e => e.AdminId).OnDelete(DeleteBehavior.Restrict);
            builder.HasMany<Upload>().WithOne().HasForeignKey(u => u.CreatedByAdminId).OnDelete(DeleteBehavior.Restrict);
            builder.HasMany<VideoAsset>().WithOne().HasForeignKey(a => a.CreatedByAdminId).OnDelete(DeleteBehavior.Restrict);
            builder.HasMany<PublisherStatement>().WithOne().HasForeignKey(s => s.IssuedByAdminId).OnDelete(DeleteBehavior.Restrict);
        }
    }

    /// <summary>Passkeys (WebAuthn), as Identity keeps them.</summary>
    internal sealed class PasskeyConfiguration : IEntityTypeConfiguration<IdentityUserPasskey<long>>
    {
        public void Configure(EntityTypeBuilder<IdentityUserPasskey<long>> builder)
        {
            builder.ToTable("admin_passkeys");
            builder.HasKey(p => p.CredentialId);
            builder.Property(p => p.CredentialId).HasMaxLength(1024);
            builder.OwnsOne(p => p.Data, data => data.ToJson("data"));
            builder.HasOne<AdminUser>().WithMany().HasForeignKey(p => p.UserId);
        }
    }

    internal sealed class TokenConfiguration : IEntityTypeConfiguration<IdentityUserToken<long>>
    {
        public void Configure(EntityTypeBuilder<IdentityUserToken<long>> builder)
        {
            // The key of the authenticator app (TOTP) and the recovery codes of staff.
            builder.ToTable("admin_user_tokens");
            builder.HasKey(t => new { t.UserId, t.LoginProvider, t.Name });
            builder.HasOne<AdminUser>().WithMany().HasForeignKey(t => t.UserId);
        }
    }
}
