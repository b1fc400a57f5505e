using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Storytime.Data;

namespace Storytime.Accounts;

/// <summary>How a parent gave consent.</summary>
public enum ConsentMethod
{
    Registration,
    EmailPlus,
}

/// <summary>One entry of the consent ledger: which versions of the terms and of the privacy notice a parent accepted, how and when.</summary>
internal sealed class ConsentRecord
{
    public long Id { get; private set; }

    public long UserId { get; private set; }

    public string TermsVersion { get; private set; } = "";

    public string PrivacyVersion { get; private set; } = "";

    public ConsentMethod Method { get; private set; }

    public DateTimeOffset GrantedAt { get; private set; }

    public DateTimeOffset? WithdrawnAt { get; private set; }

    public static ConsentRecord Grant(User user, ConsentOptions options, ConsentMethod method, DateTimeOffset now) => new()
    {
        UserId = user.Id,
        TermsVersion = options.TermsVersion,
        PrivacyVersion = options.PrivacyVersion,
        Method = method,
        GrantedAt = now,
    };

    public void Withdraw(DateTimeOffset now) => WithdrawnAt ??= now;

    internal sealed class Configuration : IEntityTypeConfiguration<ConsentRecord>
    {
        public void Configure(EntityTypeBuilder<ConsentRecord> builder)
        {
            builder.ToTable("consent_records");
            builder.EnumText(c => c.Method);
            builder.Check("withdrawn_at", "withdrawn_at >= granted_at");
            builder.HasIndex(c => c.UserId);
            builder.HasOne<User>().WithMany().HasForeignKey(c => c.UserId);
        }
    }
}

/// <summary>Section <c>Consent</c>.</summary>
public sealed record ConsentOptions
{
    /// <summary>Which kind of consent must be on record before a child may be created.</summary>
    public ConsentMethod Method { get; init; } = ConsentMethod.Registration;

    /// <summary>Version of the terms in force; a date by custom.</summary>
    public string TermsVersion { get; init; } = "2026-04-22";

    /// <summary>Version of the privacy notice in force.</summary>
    public string PrivacyVersion { get; init; } = "2026-04-22";
}
