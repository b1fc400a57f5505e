using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Storytime.Accounts;
using Storytime.Data;
using Storytime.Platform.Auth;

namespace Storytime.Children;

/// <summary>A child of a parent's account.</summary>
internal sealed class ChildProfile
{
    /// <summary>In the audit trail.</summary>
    public const string AuditSubject = "child_profile";

    public long Id { get; private set; }

    public long UserId { get; private set; }

    public string Name { get; private set; } = "";

    public string? AvatarUrl { get; private set; }

    public int? BirthYear { get; private set; }

    /// <summary>Kept for a PIN for each child, which the product does not ask for yet.</summary>
    public string? PinHash { get; private set; }

    public ScreenTime? ScreenTime { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }

    public DateTimeOffset UpdatedAt { get; private set; }

    public static ChildProfile Create(Parent parent, string name, string? avatarUrl, int? birthYear, DateTimeOffset now) => new()
    {
        UserId = parent.UserId,
        Name = name,
        AvatarUrl = avatarUrl,
        BirthYear = birthYear,
        CreatedAt = now,
        UpdatedAt = now,
    };

    public void Update(string name, string? avatarUrl, int? birthYear, DateTimeOffset now)
    {
        (Name, AvatarUrl, BirthYear) = (name, avatarUrl, birthYear);
        UpdatedAt = now;
    }

    internal sealed class Configuration : IEntityTypeConfiguration<ChildProfile>
    {
        public void Configure(EntityTypeBuilder<ChildProfile> builder)
        {
            builder.ToTable("child_profiles");
            builder.HasOne<User>().WithMany().HasForeignKey(c => c.UserId);
            builder.HasOne(c => c.ScreenTime).WithOne().HasForeignKey<ScreenTime>(s => s.ChildProfileId);
            builder.HasIndex(c => c.UserId);
            builder.Check("name", "length(name) between 1 and 80");
            builder.Check("birth_year", "birth_year between 1990 and 2200");
        }
    }
}

internal static class ChildQueries
{
    /// <summary>The children of a parent. All look-ups of a child start here, so that someone else's child is simply not found.</summary>
    public static IQueryable<ChildProfile> ChildrenOf(this StorytimeDb db, Parent parent) =>
        db.ChildProfiles.Where(c => c.UserId == parent.UserId);

    /// <summary>The children that this caller may act for: a parent's own, or the one child of a device in child mode.</summary>
    public static IQueryable<ChildProfile> ChildrenOf(this StorytimeDb db, Viewer viewer) =>
        db.ChildProfiles.Where(c => c.UserId == viewer.UserId && (viewer.ChildId == null || c.Id == viewer.ChildId));
}
