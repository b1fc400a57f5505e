using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Storytime.Data;
using Storytime.Platform;

namespace Storytime.Accounts;

/// <summary>How consent comes about, and whether it has. What differs between methods stands here; docs/consent.md tells how to add one.</summary>
internal sealed class ConsentPolicy(StorytimeDb db, IOptions<ConsentOptions> options, Nudges nudges)
{
    /// <summary>Whether the consent that the service asks for is on record and was not withdrawn. Of older versions it still counts; the ledger tells which is current.</summary>
    public Task<bool> IsGivenAsync(long userId, CancellationToken ct) => db.ConsentRecords
        .AnyAsync(c => c.UserId == userId && c.Method == options.Value.Method && c.WithdrawnAt == null, ct);

    /// <summary>A new account accepts the versions in force, and is asked for what more the method wants. The caller saves, commits and calls <see cref="Nudge"/>.</summary>
    public void AcceptAtRegistration(User user, DateTimeOffset now)
    {
        Record(user, now);
        if (options.Value.Method != ConsentMethod.Registration)
            Ask(user, now);
    }

    /// <summary>The parent has accepted the versions in force. The caller saves, commits and calls <see cref="Nudge"/>.</summary>
    /// <returns>The consent; null when something else must confirm it first.</returns>
    public ConsentRecord? Ask(User user, DateTimeOffset now) => options.Value.Method switch
    {
        ConsentMethod.Registration => Record(user, now),
        ConsentMethod.EmailPlus => Mail(user, now),
    };

    public void Nudge()
    {
        if (options.Value.Method == ConsentMethod.EmailPlus)
            nudges.SendMails();
    }

    private ConsentRecord Record(User user, DateTimeOffset now) =>
        db.ConsentRecords.Add(ConsentRecord.Grant(user, options.Value, ConsentMethod.Registration, now)).Entity;

    private ConsentRecord? Mail(User user, DateTimeOffset now)
    {
        db.OutgoingMails.Add(OutgoingMail.To(user.Email!, MailKind.Consent, user.Id, now));
        return null;
    }
}
