using Microsoft.EntityFrameworkCore;
using Storytime.Data;
using Storytime.Platform.Auth;
using Storytime.Platform.Errors;

namespace Storytime.Accounts;

/// <summary>Before an account changes hands or ends, who holds its token shows once more to be the parent: by the password, or by a sign-in just now.</summary>
internal sealed class Reauthentication(StorytimeDb db, PasswordCheck check)
{
    private static readonly TimeSpan _recent = TimeSpan.FromMinutes(5);

    public static readonly ApiError Required = new(403, "reauthentication_required",
        "This needs a sign-in within the last 5 minutes, or the account's password. Sign in again, then repeat it with the new token.");

    public static readonly ApiError Wrong = new(401, PasswordCheck.Wrong.Code, "This is not the password of the account. Nothing was changed, and the session goes on.");

    /// <summary>Not inside a transaction, as <see cref="PasswordCheck.RefusalAsync"/>.</summary>
    /// <param name="user">The account of <paramref name="parent"/>, tracked.</param>
    /// <param name="password">Null when none was given; an account without one (Sign in with Apple) has no use for it.</param>
    /// <returns>Null when it is the parent; otherwise 401 <c>invalid_credentials</c>, 403 <c>reauthentication_required</c> or 429 <c>rate_limited</c>.</returns>
    public async Task<ApiError?> RefusalAsync(User user, string? password, Parent parent, Client client, DateTimeOffset now, CancellationToken ct)
    {
        if (password is not null && user.PasswordHash is not null)
        {
            var refusal = await check.RefusalAsync(user.Email!, user, password, client, now, ct);
            return refusal == PasswordCheck.Wrong ? Wrong : refusal;
        }
        return await db.ParentSessions.AnyAsync(s => s.Id == parent.SessionId && s.UserId == parent.UserId && s.SignedInAt > now - _recent, ct) ? null : Required;
    }
}
