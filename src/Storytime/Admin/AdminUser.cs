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

    public AdminRole Role { get; private set; }

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

    internal sealed class Configuration : IEntityTypeConfiguration<AdminUser>
    {
        public void Configure(EntityTypeBuilder<AdminUser> builder)
        {
            builder.ToTable("admin_users");
            builder.IgnoreUnusedIdentityColumns();
            builder.EnumText(a => a.Role);
            builder.Check("email", "email like '%@%' and length(email) <= 254");
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
