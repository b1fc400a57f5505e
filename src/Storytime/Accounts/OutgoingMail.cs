using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Storytime.Data;

namespace Storytime.Accounts;

/// <summary>What a mail says.</summary>
internal enum MailKind
{
    /// <summary>A link to choose a new password; when no account has the address, nothing is sent.</summary>
    PasswordReset,

    /// <summary>A link to confirm a new address, sent to that address.</summary>
    EmailChange,

    /// <summary>To the old address: the account has a new one.</summary>
    EmailChanged,

    PasswordChanged,

    /// <summary>A link by which a parent gives consent (the first mail of "e-mail plus").</summary>
    Consent,

    /// <summary>The second mail of "e-mail plus": consent was given, and how to withdraw it.</summary>
    ConsentGiven,

    /// <summary>The receipt of an erasure.</summary>
    Erased,
}

/// <summary>
/// A mail that is due: the row is the outbox, and is deleted when the mail server has taken it. It holds no secret: the token of a link is made when the mail is
/// sent, so neither this table nor the queue of jobs can open an account.
/// </summary>
internal sealed class OutgoingMail
{
    public long Id { get; private set; }

    public MailKind Kind { get; private set; }

    public string ToEmail { get; private set; } = "";

    /// <summary>Null where there is no account (any more), or where it is not known yet whether there is one.</summary>
    public long? UserId { get; private set; }

    /// <summary>Of <see cref="MailKind.Erased"/>: the receipt.</summary>
    public Guid? Receipt { get; private set; }

    public int Failures { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }

    /// <summary>Not before this time; moves on with each failure.</summary>
    public DateTimeOffset DueAt { get; private set; }

    public static OutgoingMail To(string email, MailKind kind, long? userId, DateTimeOffset now, Guid? receipt = null) =>
        new() { Kind = kind, ToEmail = email, UserId = userId, Receipt = receipt, CreatedAt = now, DueAt = now };

    public void Fail(DateTimeOffset now)
    {
        Failures++;
        DueAt = now + TimeSpan.FromMinutes(Math.Min(60, 1 << Math.Min(6, Failures)));
    }

    internal sealed class Configuration : IEntityTypeConfiguration<OutgoingMail>
    {
        public void Configure(EntityTypeBuilder<OutgoingMail> builder)
        {
            builder.ToTable("outgoing_mails");
            builder.EnumText(m => m.Kind);
            builder.HasOne<User>().WithMany().HasForeignKey(m => m.UserId).OnDelete(DeleteBehavior.Cascade);
            builder.HasIndex(m => m.UserId);
            builder.HasIndex(m => m.DueAt);
            builder.Check("receipt", "(receipt is not null) = (kind = 'erased')");
        }
    }
}
