using System.Reflection;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Storytime.Data;
using Storytime.Platform.Auth;

namespace Storytime.Accounts;

/// <summary>A parent's account as the API shows it.</summary>
/// <param name="Role">Always <c>parent</c>; staff have accounts and tokens of their own.</param>
public sealed record UserResponse(long Id, string Email, string Role, string Country, DateTimeOffset CreatedAt);

/// <summary>The answer to every kind of sign-in.</summary>
/// <param name="Jwt">Access token: send it as <c>Authorization: Bearer …</c> until <paramref name="ExpiresAt"/>.</param>
/// <param name="RefreshToken">Good for one use: <c>/auth/refresh</c> gives a new pair.</param>
public sealed record SignInResponse(UserResponse User, string Jwt, DateTimeOffset ExpiresAt, string RefreshToken);

internal static class UserResponses
{
    public static UserResponse ToResponse(this User user) => new(user.Id, user.Email!, "parent", user.Country, user.CreatedAt);
}

/// <summary>Starts, continues and ends a parent's signed-in sessions.</summary>
internal sealed class SignIn(StorytimeDb db, AccessTokens tokens, IOptions<AuthOptions> options)
{
    /// <summary>Begins a new family of refresh tokens. The caller saves.</summary>
    public SignInResponse Start(User user, Client client, DateTimeOffset now)
    {
        var family = Guid.CreateVersion7(now);
        var (row, token) = RefreshToken.Issue(user.Id, family, client.Hash, now, options.Value.RefreshTokenLifetime);
        db.RefreshTokens.Add(row);
        return Answer(user, family, token, now);
    }

    /// <summary>
    /// Spends a refresh token. One that was spent already gets the same answer within the grace time if the same client asks; after
    /// that, or from another client, it has been stolen and its family ends.
    /// </summary>
    /// <returns>Null when the token is unknown, expired, revoked or stolen.</returns>
    public async Task<SignInResponse?> ContinueAsync(string token, Client client, DateTimeOffset now, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (await LockFamilyOfAsync(token, ct) is not { RevokedAt: null } row || row.ExpiresAt <= now)
            return null;
        var user = await db.Users.SingleAsync(u => u.Id == row.UserId, ct);

        if (row.SpentAt is { } spentAt)
        {
            var sameClient = CryptographicOperations.FixedTimeEquals(row.ClientHash, client.Hash);
            if (sameClient && now < spentAt + options.Value.RefreshGrace)
                return Answer(user, row.FamilyId, row.Successor(token), spentAt);
            await RevokeAsync(row.FamilyId, now, ct);
            await transaction.CommitAsync(ct);
            return null;
        }

        var (next, nextToken) = row.Rotate(token, now, options.Value.RefreshTokenLifetime);
        db.RefreshTokens.Add(next);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return Answer(user, row.FamilyId, nextToken, now);
    }

    /// <summary>Ends the family of a token; a token that is not known has none.</summary>
    public async Task EndAsync(string token, DateTimeOffset now, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (await LockFamilyOfAsync(token, ct) is { } row)
            await RevokeAsync(row.FamilyId, now, ct);
        await transaction.CommitAsync(ct);
    }

    /// <summary>
    /// One at a time for each family. A lock on the token's row would not do: a successor that is being made at that moment is a
    /// row of its own, which a revocation would not see.
    /// </summary>
    private async Task<RefreshToken?> LockFamilyOfAsync(string token, CancellationToken ct)
    {
        var hash = RefreshToken.Hash(token);
        if (await db.RefreshTokens.Where(t => t.TokenHash == hash).Select(t => (Guid?)t.FamilyId).SingleOrDefaultAsync(ct) is not { } family)
            return null;
        await db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock(hashtextextended({family.ToString()}, 0))", ct);
        return await db.RefreshTokens.SingleAsync(t => t.TokenHash == hash, ct);
    }

    private Task<int> RevokeAsync(Guid familyId, DateTimeOffset now, CancellationToken ct) => db.RefreshTokens
        .Where(t => t.FamilyId == familyId && t.RevokedAt == null)
        .ExecuteUpdateAsync(t => t.SetProperty(x => x.RevokedAt, now), ct);

    private SignInResponse Answer(User user, Guid family, string refreshToken, DateTimeOffset now)
    {
        var (jwt, expiresAt) = tokens.ForParent(user.Id, family, now);
        return new SignInResponse(user.ToResponse(), jwt, expiresAt, refreshToken);
    }
}

/// <summary>What tells one client from another: its user agent. (An address changes when a phone leaves the house.)</summary>
public sealed record Client(string UserAgent)
{
    internal byte[] Hash => RefreshToken.Hash(UserAgent);

    public static ValueTask<Client?> BindAsync(HttpContext context, ParameterInfo parameter) =>
        ValueTask.FromResult<Client?>(new Client(context.Request.Headers.UserAgent.ToString()));
}
