using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Storytime.Data;

namespace Storytime.Accounts;

/// <summary>A parent's account. Identity keeps the password hash and the security stamp.</summary>
internal sealed class User : IdentityUser<long>
{
    /// <summary>Name of the unique index on the e-mail without regard to case.</summary>
    public const string UniqueEmail = "ux_users_email";

    /// <summary>In the audit trail.</summary>
    public const string AuditSubject = "user";

    /// <summary>ISO 3166-1 alpha-2; decides which territory's rights windows hold for the family.</summary>
    public string Country { get; private set; } = "";

    public DateTimeOffset CreatedAt { get; private set; }

    public DateTimeOffset UpdatedAt { get; private set; }

    public static User Register(string email, string country, DateTimeOffset now) => new()
    {
        Email = email,
        Country = country,
        SecurityStamp = Guid.NewGuid().ToString("N"),
        CreatedAt = now,
        UpdatedAt = now,
    };

    /// <param name="hash">Of the new password.</param>
    public void SetPassword(string hash, DateTimeOffset now)
    {
        PasswordHash = hash;
        SecurityStamp = Guid.NewGuid().ToString("N");
        UpdatedAt = now;
    }

    /// <summary>Its address is known to be somebody's who may not be who registered it: no password opens it any more.</summary>
    public void GiveToOwnerOfAddress(DateTimeOffset now)
    {
        (PasswordHash, EmailConfirmed) = (null, true);
        SecurityStamp = Guid.NewGuid().ToString("N");
        UpdatedAt = now;
    }

    /// <summary>A link that was sent to this address was opened: it is the account's now.</summary>
    public void ConfirmEmail(string email, DateTimeOffset now) => (Email, EmailConfirmed, UpdatedAt) = (email, true, now);

    internal sealed class Configuration : IEntityTypeConfiguration<User>
    {
        public void Configure(EntityTypeBuilder<User> builder)
        {
            builder.ToTable("users");
            builder.IgnoreUnusedIdentityColumns();
            builder.Property(u => u.Country).HasMaxLength(2).IsFixedLength();
            // Support looks for a part of an address.
            builder.HasIndex(u => u.Email).HasMethod("gin").HasOperators("gin_trgm_ops").HasDatabaseName("ix_users_email_trgm");
            builder.Check("country", "country ~ '^[A-Z]{2}$'");
            builder.Check("email", "email like '%@%' and length(email) <= 254");
        }
    }
}

internal static class IdentityColumns
{
    private const int MaxFailures = 10;

    private static readonly TimeSpan LockoutTime = TimeSpan.FromMinutes(15);

    /// <summary>
    /// Leaves out what Storytime does not use: user names (the e-mail is the name), phone numbers, and normalized copies (the
    /// database's unique index on <c>lower(email)</c>, made by the migration, decides what is the same e-mail).
    /// </summary>
    public static void IgnoreUnusedIdentityColumns<T>(this EntityTypeBuilder<T> builder) where T : IdentityUser<long>
    {
        builder.Ignore(u => u.UserName).Ignore(u => u.NormalizedUserName).Ignore(u => u.NormalizedEmail)
            .Ignore(u => u.PhoneNumber).Ignore(u => u.PhoneNumberConfirmed);
        builder.Property(u => u.Email).IsRequired();
        builder.Property(u => u.ConcurrencyStamp).IsConcurrencyToken();
    }

    /// <summary>By e-mail without regard to case, through the unique index on <c>lower(email)</c>.</summary>
    /// <remarks>PostgreSQL lowers both sides: its idea of lower case, not .NET's, made the index.</remarks>
    public static IQueryable<T> WithEmail<T>(this DbSet<T> users, string email) where T : IdentityUser<long>
    {
        // The table's name is the model's, not a caller's.
        var sql = "select * from " + users.EntityType.GetTableName() + " where lower(email) = lower({0})";
        return users.FromSqlRaw(sql, email);
    }

    /// <summary>Counts a wrong password. One statement, so that guesses that come at the same time are all counted.</summary>
    public static Task CountFailureAsync<T>(this IQueryable<T> users, long id, DateTimeOffset now, CancellationToken ct) where T : IdentityUser<long> => users
        .Where(u => u.Id == id)
        .ExecuteUpdateAsync(
            u => u.SetProperty(x => x.LockoutEnd, x => x.AccessFailedCount + 1 >= MaxFailures ? now + LockoutTime : x.LockoutEnd)
                .SetProperty(x => x.AccessFailedCount, x => x.AccessFailedCount + 1 >= MaxFailures ? 0 : x.AccessFailedCount + 1),
            ct);
}
