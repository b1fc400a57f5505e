using System.Reflection;
using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Storytime.Data;
using Storytime.Platform;
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
internal sealed class SignIn(StorytimeDb db, AccessTokens tokens, Pseudonyms pseudonyms, IOptions<AuthOptions> options)
{
    /// <summary>Begins a new session. The caller saves.</summary>
    /// <param name="deviceName">What the app calls the device; null takes the user agent.</param>
    public SignInResponse Start(User user, Client client, string? deviceName, DateTimeOffset now)
    {
        var session = ParentSession.Start(user.Id, deviceName ?? client.Name, pseudonyms.OfAddress(client.Address), now);
        var (row, token) = RefreshToken.Issue(user.Id, session.Id, client.Hash, now, options.Value.RefreshTokenLifetime);
        db.ParentSessions.Add(session);
        db.RefreshTokens.Add(row);
        return Answer(user, session.Id, token, now);
    }

    /// <summary>
    /// Spends a refresh token. One that was spent already gets the same answer within the grace time if the same client asks; after
    /// that, or from another client, it has been stolen and its session ends.
    /// </summary>
    /// <returns>Null when the token is unknown, expired, revoked or stolen.</returns>
    public async Task<SignInResponse?> ContinueAsync(string token, Client client, DateTimeOffset now, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (await LockSessionOfAsync(token, ct) is not { RevokedAt: null } session)
            return null;
        // Read only now: whoever held the lock before may have spent it.
        var hash = RefreshToken.Hash(token);
        var row = await db.RefreshTokens.SingleAsync(t => t.TokenHash == hash, ct);
        if (row.ExpiresAt <= now)
            return null;
        var user = await db.Users.SingleAsync(u => u.Id == row.UserId, ct);

        if (row.SpentAt is { } spentAt)
        {
            var sameClient = CryptographicOperations.FixedTimeEquals(row.ClientHash, client.Hash);
            if (sameClient && now < spentAt + options.Value.RefreshGrace)
                return Answer(user, session.Id, row.Successor(token), spentAt);
            session.Revoke(now);
            await db.SaveChangesAsync(ct);
            await transaction.CommitAsync(ct);
            return null;
        }

        var (next, nextToken) = row.Rotate(token, now, options.Value.RefreshTokenLifetime);
        session.Use(pseudonyms.OfAddress(client.Address), now);
        db.RefreshTokens.Add(next);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return Answer(user, session.Id, nextToken, now);
    }

    /// <summary>Ends the session of a token; a token that is not known has none.</summary>
    public async Task EndAsync(string token, DateTimeOffset now, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (await LockSessionOfAsync(token, ct) is { } session)
            session.Revoke(now);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
    }

    public Task EndAsync(Parent parent, DateTimeOffset now, CancellationToken ct) => db.ParentSessions
        .Where(s => s.Id == parent.SessionId && s.UserId == parent.UserId)
        .ExecuteUpdateAsync(s => s.SetProperty(x => x.RevokedAt, x => x.RevokedAt ?? now), ct);

    /// <summary>One at a time for each session. A lock on the token's row would not do: a successor that is being made at that moment is another row.</summary>
    private async Task<ParentSession?> LockSessionOfAsync(string token, CancellationToken ct)
    {
        var hash = RefreshToken.Hash(token);
        return await db.ParentSessions.FromSql($"""
            select s.* from parent_sessions s join refresh_tokens t on t.session_id = s.id where t.token_hash = {hash} for update of s
            """).SingleOrDefaultAsync(ct);
    }

    private SignInResponse Answer(User user, Guid session, string refreshToken, DateTimeOffset now)
    {
        var (jwt, expiresAt) = tokens.ForParent(user.Id, session, now);
        return new SignInResponse(user.ToResponse(), jwt, expiresAt, refreshToken);
    }
}

/// <summary>A parent's token is only as good as its session: signing out, or ending the session from another device, ends it at once.</summary>
internal sealed class ParentSessionCheck(StorytimeDb db) : ISessionCheck
{
    public string Audience => Platform.Auth.Audience.Parent;

    public Task<bool> IsLiveAsync(ClaimsPrincipal caller, CancellationToken ct)
    {
        var parent = Parent.Of(caller);
        return db.ParentSessions.AnyAsync(s => s.Id == parent.SessionId && s.UserId == parent.UserId && s.RevokedAt == null, ct);
    }
}

/// <summary>The device that a request comes from.</summary>
/// <param name="UserAgent">What tells one client from another. (An address changes when a phone leaves the house.)</param>
/// <param name="Address">Its network address, as <see cref="RateLimits.Neighbourhood"/> groups them.</param>
public sealed record Client(string UserAgent, string Address)
{
    internal byte[] Hash => RefreshToken.Hash(UserAgent);

    internal string? Name => UserAgent.Trim() is { Length: > 0 } name ? Head(name, ParentSession.LongestDeviceName) : null;

    public static ValueTask<Client?> BindAsync(HttpContext context, ParameterInfo parameter) =>
        ValueTask.FromResult<Client?>(new Client(context.Request.Headers.UserAgent.ToString(), RateLimits.Neighbourhood(context.Connection.RemoteIpAddress)));

    /// <summary>Never ends with half a character: one beyond 16 bits is two <c>char</c>s, and half of it is no text to the database.</summary>
    private static string Head(string text, int longest) =>
        text.Length <= longest ? text : text[..(char.IsHighSurrogate(text[longest - 1]) ? longest - 1 : longest)];
}
