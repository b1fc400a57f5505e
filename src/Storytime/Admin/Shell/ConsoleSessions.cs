using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Claim = Storytime.Platform.Auth.Claim;

namespace Storytime.Admin.Shell;

/// <summary>Section <c>Console</c>: the admin console.</summary>
public sealed record ConsoleOptions : IValidatableObject
{
    /// <summary>After this long a member of staff signs in anew, however busy the session is.</summary>
    public TimeSpan SessionLifetime { get; init; } = TimeSpan.FromHours(12);

    /// <summary>A session that nobody uses for this long is over.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Whether staff must have a second factor (an authenticator app or a passkey) before they can do anything. Off for demonstrations only.</summary>
    public bool RequireSecondFactor { get; init; } = true;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (SessionLifetime < TimeSpan.FromMinutes(1) || SessionLifetime > TimeSpan.FromDays(7))
            yield return new ValidationResult("Console:SessionLifetime must be between a minute and 7 days, such as 12:00:00.", [nameof(SessionLifetime)]);
        if (IdleTimeout < TimeSpan.FromMinutes(1) || IdleTimeout > TimeSpan.FromDays(1))
            yield return new ValidationResult("Console:IdleTimeout must be between a minute and a day, such as 01:00:00.", [nameof(IdleTimeout)]);
    }
}

/// <summary>A session that is live now, and who it is of.</summary>
/// <param name="AuthenticatedAt">When the password or a passkey was last shown.</param>
/// <param name="MustEnrol">The account has no second factor, and needs one before it can do anything else.</param>
internal sealed record LiveSession(Guid Id, long AdminId, string Email, AdminRole Role, DateTimeOffset LastSeenAt, DateTimeOffset AuthenticatedAt, bool MustEnrol)
{
    public Staff Staff => new(AdminId, Role);

    public bool IsFresh(DateTimeOffset now) => AuthenticatedAt > now - FreshSignIn.Recent;

    /// <summary>Who must still set up a second factor has no role, and so nothing but the pages for that: every policy of staff asks for a role.</summary>
    public ClaimsPrincipal Principal => new(new ClaimsIdentity(
        [
            new(Claim.Audience, Audience.Admin), new(Claim.Subject, AdminId.ToString(CultureInfo.InvariantCulture)),
            new(Claim.Session, Id.ToString()), new(ClaimTypes.Email, Email), .. MustEnrol ? [] : new[] { new System.Security.Claims.Claim(Claim.Role, Role.ToString()) },
        ], ConsoleCookie.Scheme, ClaimTypes.Email, Claim.Role));
}

/// <summary>Starts, finds and ends the sessions of the console.</summary>
internal sealed class ConsoleSessions(StorytimeDb db, IOptions<ConsoleOptions> options, TimeProvider time)
{
    private static readonly TimeSpan _seenEvery = TimeSpan.FromMinutes(1);

    public async Task<LiveSession> StartAsync(AdminUser admin, SignInMethod method, string? userAgent, CancellationToken ct)
    {
        var now = time.Now();
        var session = AdminSession.Start(admin.Id, method, userAgent, now, options.Value.SessionLifetime);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        db.AdminSessions.Add(session);
        db.AuditEntries.Add(AuditEntry.Of(new Staff(admin.Id, admin.Role), "signed_in", AdminUser.AuditSubject, admin.Id, null, new { SessionId = session.Id, Method = method }, now));
        await db.SaveChangesAsync(ct);
        await db.AdminUsers.Where(a => a.Id == admin.Id).ExecuteUpdateAsync(a => a.SetProperty(x => x.AccessFailedCount, 0), ct);
        await transaction.CommitAsync(ct);
        // What it may do is looked up with each request.
        return new LiveSession(session.Id, admin.Id, admin.Email!, admin.Role, now, now, MustEnrol: true);
    }

    /// <summary>The live ones of an account, the latest first.</summary>
    public Task<List<AdminSession>> ListAsync(long adminId, CancellationToken ct)
    {
        var idle = time.Now() - options.Value.IdleTimeout;
        return Live(time.Now()).AsNoTracking().Where(s => s.AdminId == adminId && s.LastSeenAt > idle).OrderByDescending(s => s.CreatedAt).ToListAsync(ct);
    }

    /// <returns>Null when it was ended, is too old, or its account is closed.</returns>
    public async Task<LiveSession?> FindAsync(Guid id, CancellationToken ct)
    {
        var now = time.Now();
        var (idle, wasSeen, required) = (now - options.Value.IdleTimeout, now - _seenEvery, options.Value.RequireSecondFactor);
        var session = await Live(now).Where(s => s.Id == id && s.LastSeenAt > idle)
            .Join(db.AdminUsers.Where(a => a.DisabledAt == null), s => s.AdminId, a => a.Id, (s, a) => new LiveSession(
                s.Id, a.Id, a.Email!, a.Role, s.LastSeenAt, s.AuthenticatedAt,
                required && !a.TwoFactorEnabled && !db.Set<IdentityUserPasskey<long>>().Any(p => p.UserId == a.Id)))
            .SingleOrDefaultAsync(ct);
        if (session is not null && session.LastSeenAt <= wasSeen)
            await db.AdminSessions.Where(s => s.Id == id && s.LastSeenAt <= wasSeen).ExecuteUpdateAsync(s => s.SetProperty(x => x.LastSeenAt, now), ct);
        return session;
    }

    public Task<LiveSession?> FindAsync(ClaimsPrincipal? caller, CancellationToken ct) =>
        Guid.TryParse(caller?.FindFirstValue(Claim.Session), out var id) ? FindAsync(id, ct) : Task.FromResult<LiveSession?>(null);

    /// <summary>The password or a passkey was shown once more.</summary>
    public Task RefreshAsync(Guid id, CancellationToken ct)
    {
        var now = time.Now();
        return Live(now).Where(s => s.Id == id).ExecuteUpdateAsync(s => s.SetProperty(x => x.AuthenticatedAt, now), ct);
    }

    /// <summary>Ends one session of an account, or all but one.</summary>
    /// <returns>How many were live.</returns>
    public Task<int> EndAsync(long adminId, Guid? only, Guid? except, CancellationToken ct)
    {
        var now = time.Now();
        return Live(now).Where(s => s.AdminId == adminId && (only == null || s.Id == only) && s.Id != except).ExecuteUpdateAsync(s => s.SetProperty(x => x.EndedAt, now), ct);
    }

    private IQueryable<AdminSession> Live(DateTimeOffset now) => db.AdminSessions.Where(s => s.EndedAt == null && s.ExpiresAt > now);
}
