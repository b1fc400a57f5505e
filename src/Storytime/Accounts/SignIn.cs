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

/// <summary>Starts and continues a parent's signed-in sessions.</summary>
internal sealed class SignIn(StorytimeDb db, AccessTokens tokens, IOptions<AuthOptions> options, IHttpContextAccessor http)
{
    /// <summary>Begins a new family of refresh tokens. The caller saves.</summary>
    public SignInResponse Start(User user, DateTimeOffset now)
    {
        var family = Guid.CreateVersion7(now);
        var (row, token) = RefreshToken.Issue(user.Id, family, ClientHash(), now, options.Value.RefreshTokenLifetime);
        db.RefreshTokens.Add(row);
        return Answer(user, family, token, now);
    }

    /// <summary>
    /// Spends a refresh token. One that was spent already gets the same answer within the grace time if the same client asks; after
    /// that, or from another client, it has been stolen and its family ends.
    /// </summary>
    /// <returns>Null when the token is unknown, expired, revoked or stolen.</returns>
    public async Task<SignInResponse?> ContinueAsync(string token, DateTimeOffset now, CancellationToken ct)
    {
        var hash = RefreshToken.Hash(token);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        // The row lock makes racing uses of one token line up: the first rotates it, the others find it spent.
        var row = await db.RefreshTokens
            .FromSql($"select * from refresh_tokens where token_hash = {hash} for update").SingleOrDefaultAsync(ct);
        if (row is null || row.RevokedAt is not null || row.ExpiresAt <= now)
            return null;
        var user = await db.Users.SingleAsync(u => u.Id == row.UserId, ct);

        if (row.SpentAt is { } spentAt)
        {
            var sameClient = CryptographicOperations.FixedTimeEquals(row.ClientHash, ClientHash());
            if (sameClient && now < spentAt + options.Value.RefreshGrace)
                return Answer(user, row.FamilyId, row.Successor(token), spentAt);
            await RevokeFamilyAsync(row.FamilyId, now, ct);
            await transaction.CommitAsync(ct);
            return null;
        }

        var (next, nextToken) = row.Rotate(token, now, options.Value.RefreshTokenLifetime);
        db.RefreshTokens.Add(next);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return Answer(user, row.FamilyId, nextToken, now);
    }

    public Task RevokeFamilyAsync(Guid familyId, DateTimeOffset now, CancellationToken ct) => db.RefreshTokens
        .Where(t => t.FamilyId == familyId && t.RevokedAt == null)
        .ExecuteUpdateAsync(t => t.SetProperty(x => x.RevokedAt, now), ct);

    private SignInResponse Answer(User user, Guid family, string refreshToken, DateTimeOffset now)
    {
        var (jwt, expiresAt) = tokens.ForParent(user.Id, family, now);
        return new SignInResponse(user.ToResponse(), jwt, expiresAt, refreshToken);
    }

    private byte[] ClientHash() => RefreshToken.Hash(http.HttpContext?.Request.Headers.UserAgent.ToString() ?? "");
}
