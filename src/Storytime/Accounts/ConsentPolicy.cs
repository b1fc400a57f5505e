using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Storytime.Data;

namespace Storytime.Accounts;

/// <summary>Whether the consent that the service asks for is on record and was not withdrawn.</summary>
internal sealed class ConsentPolicy(StorytimeDb db, IOptions<ConsentOptions> options)
{
    public Task<bool> IsGivenAsync(long userId, CancellationToken ct) => db.ConsentRecords
        .AnyAsync(c => c.UserId == userId && c.Method == options.Value.Method && c.WithdrawnAt == null, ct);
}
