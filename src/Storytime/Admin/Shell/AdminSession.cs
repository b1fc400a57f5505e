using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Storytime.Data;

namespace Storytime.Admin.Shell;

/// <summary>How a member of staff showed who they are.</summary>
public enum SignInMethod
{
    Password,
    PasswordAndCode,
    PasswordAndRecoveryCode,
    Passkey,
}

/// <summary>A browser in which a member of staff is signed in to the console. The cookie names it; ending it ends the cookie at once, on every node.</summary>
internal sealed class AdminSession
{
    public const int LongestUserAgent = 300;

    public Guid Id { get; private set; }

    public long AdminId { get; private set; }

    public SignInMethod Method { get; private set; }

    public string? UserAgent { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }

    /// <summary>To the minute.</summary>
    public DateTimeOffset LastSeenAt { get; private set; }

    /// <summary>When the password or a passkey was last shown.</summary>
    public DateTimeOffset AuthenticatedAt { get; private set; }

    public DateTimeOffset ExpiresAt { get; private set; }

    public DateTimeOffset? EndedAt { get; private set; }

    public static AdminSession Start(long adminId, SignInMethod method, string? userAgent, DateTimeOffset now, TimeSpan lifetime) => new()
    {
        Id = Guid.NewGuid(),
        AdminId = adminId,
        Method = method,
        UserAgent = string.IsNullOrWhiteSpace(userAgent) ? null : userAgent[..Math.Min(userAgent.Length, LongestUserAgent)],
        CreatedAt = now,
        LastSeenAt = now,
        AuthenticatedAt = now,
        ExpiresAt = now + lifetime,
    };

    internal sealed class Configuration : IEntityTypeConfiguration<AdminSession>
    {
        public void Configure(EntityTypeBuilder<AdminSession> builder)
        {
            builder.ToTable("admin_sessions");
            builder.Property(s => s.Id).ValueGeneratedNever();
            builder.EnumText(s => s.Method);
            builder.HasOne<AdminUser>().WithMany().HasForeignKey(s => s.AdminId);
            builder.HasIndex(s => s.AdminId);
            builder.Check("user_agent", $"length(user_agent) between 1 and {LongestUserAgent}");
        }
    }
}
