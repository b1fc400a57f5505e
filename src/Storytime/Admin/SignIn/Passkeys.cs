using System.Globalization;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Storytime.Admin.Shell;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Errors;

namespace Storytime.Admin.SignIn;

public sealed record StaffPasskey(byte[] CredentialId, string? Name, DateTimeOffset CreatedAt)
{
    public string Id => Convert.ToHexStringLower(CredentialId);
}

/// <summary>
/// Passkeys of staff (WebAuthn, https://www.w3.org/TR/webauthn-3/), checked by Identity. They are discoverable and always verify their user, so that one alone is two factors.
/// The challenge that is asked with stays in a cookie of five minutes; an answer to it is good once.
/// </summary>
internal sealed class Passkeys(
    StorytimeDb db, IPasskeyHandler<AdminUser> handler, IUserStore<AdminUser> store, ShortLived kept, StaffAccount account, ConsoleSessions sessions, TimeProvider time)
{
    public const string Cookie = "__Host-storytime-passkey";

    private const int MostOfAnAccount = 20;
    private const int LongestName = 60;

    public static readonly ApiError Failed = new(401, "passkey_refused", "This passkey is not known here, or its answer came too late. Try again, or use your password.");

    public static readonly ApiError NotAdded = new(422, "passkey_refused", "The passkey could not be added: the answer came too late, or the device is known already. Try again.");

    public static readonly ApiError TooMany = ApiError.Conflict($"An account has at most {MostOfAnAccount} passkeys. Remove one that you do not use any more.");

    /// <param name="session">Of whom a passkey is asked once more; null for a sign-in, by whomever.</param>
    /// <returns>PublicKeyCredentialRequestOptions as JSON.</returns>
    public async Task<string> AskAsync(HttpContext http, LiveSession? session)
    {
        var admin = session is null ? null : await db.AdminUsers.SingleAsync(a => a.Id == session.AdminId, http.RequestAborted);
        var options = await handler.MakeRequestOptionsAsync(admin, http);
        Keep(http, session is null ? "sign-in" : $"confirm:{session.Id}", options.AssertionState);
        return options.RequestOptionsJson;
    }

    /// <param name="session">As it was asked with.</param>
    /// <returns>Whose it is; null when it is not good.</returns>
    public async Task<AdminUser?> CheckAsync(HttpContext http, LiveSession? session, string answer)
    {
        var ct = http.RequestAborted;
        if (Take(http, session is null ? "sign-in" : $"confirm:{session.Id}") is not var (askedAt, state))
            return null;
        var result = await handler.PerformAssertionAsync(new PasskeyAssertionContext { HttpContext = http, CredentialJson = answer, AssertionState = state });
        if (!result.Succeeded || (session is not null && result.User.Id != session.AdminId))
            return null;
        var admin = result.User;
        if (admin.DisabledAt is not null || admin.LockoutEnd > time.Now())
            return null;
        // What was asked earlier than the answer before is answered already: whoever copied cookie and answer comes too late.
        if (await db.AdminUsers.Where(a => a.Id == admin.Id && a.DisabledAt == null && (a.PasskeyAskedAt == null || a.PasskeyAskedAt < askedAt))
            .ExecuteUpdateAsync(a => a.SetProperty(x => x.PasskeyAskedAt, askedAt), ct) == 0)
            return null;
        await Store.AddOrUpdatePasskeyAsync(admin, result.Passkey, ct);
        await db.SaveChangesAsync(ct);
        if (session is not null)
            await sessions.RefreshAsync(session.Id, ct);
        return admin;
    }

    /// <returns>PublicKeyCredentialCreationOptions as JSON.</returns>
    public async Task<string> OfferAsync(HttpContext http, LiveSession session)
    {
        var user = new PasskeyUserEntity { Id = session.AdminId.ToString(CultureInfo.InvariantCulture), Name = session.Email, DisplayName = session.Email };
        var options = await handler.MakeCreationOptionsAsync(user, http);
        Keep(http, $"add:{session.Id}", options.AttestationState);
        return options.CreationOptionsJson;
    }

    /// <returns>Null when it was added.</returns>
    public async Task<ApiError?> AddAsync(HttpContext http, LiveSession session, string? name, string answer)
    {
        if (Take(http, $"add:{session.Id}") is not var (_, state))
            return NotAdded;
        var result = await handler.PerformAttestationAsync(new PasskeyAttestationContext { HttpContext = http, CredentialJson = answer, AttestationState = state });
        if (!result.Succeeded || result.UserEntity.Id != session.AdminId.ToString(CultureInfo.InvariantCulture))
            return NotAdded;
        result.Passkey.Name = string.IsNullOrWhiteSpace(name) ? UserAgents.Describe(http.Request.Headers.UserAgent) : name.Trim()[..Math.Min(name.Trim().Length, LongestName)];
        return await account.ChangeAsync(session, "passkey_added", async admin =>
        {
            if (await db.Set<IdentityUserPasskey<long>>().CountAsync(p => p.UserId == admin.Id, http.RequestAborted) >= MostOfAnAccount)
                return TooMany;
            admin.ChangeFactors(time.Now());
            await Store.AddOrUpdatePasskeyAsync(admin, result.Passkey, http.RequestAborted);
            return null;
        }, http.RequestAborted);
    }

    public Task<List<StaffPasskey>> ListAsync(long adminId, CancellationToken ct) => db.Set<IdentityUserPasskey<long>>().Where(p => p.UserId == adminId)
        .Select(p => new StaffPasskey(p.CredentialId, p.Data.Name, p.Data.CreatedAt)).ToListAsync(ct);

    private IUserPasskeyStore<AdminUser> Store => (IUserPasskeyStore<AdminUser>)store;

    /// <param name="act">For what and for which session; nothing else takes the answer.</param>
    private void Keep(HttpContext http, string act, string? state) =>
        kept.SetCookie(http, Cookie, string.Create(CultureInfo.InvariantCulture, $"{act} {time.Now().UtcTicks} {state}"));

    private (DateTimeOffset AskedAt, string State)? Take(HttpContext http, string act)
    {
        var (of, rest) = ShortLived.Split(kept.ReadCookie(http, Cookie) ?? "");
        ShortLived.DeleteCookie(http, Cookie);
        if (of != act)
            return null;
        var (askedAt, state) = ShortLived.Split(rest);
        return (new DateTimeOffset(long.Parse(askedAt, CultureInfo.InvariantCulture), TimeSpan.Zero), state);
    }
}
