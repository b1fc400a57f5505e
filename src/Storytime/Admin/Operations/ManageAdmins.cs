using System.Linq.Expressions;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Storytime.Accounts;
using Storytime.Admin.Shell;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Platform.Errors;

namespace Storytime.Admin.Operations;

internal static class ManageAdmins
{
    public static readonly ApiError EmailTaken = ApiError.Conflict("There is an account of staff with this e-mail address already.", "email_taken");

    public static readonly ApiError LastAdmin = ApiError.Conflict(
        "Nobody else could sign in as an admin then. Make somebody else an admin first, and let them choose their password.", "last_admin");

    public static readonly ApiError OwnRole = ApiError.Conflict("Nobody changes their own role. Ask another admin.", "own_role");

    /// <summary>Accounts of staff by e-mail.</summary>
    [EndpointName("list_admins")]
    public static async Task<Ok<Page<StaffAccountResponse>>> List([AsParameters] AdminFilter filter, [AsParameters] PageQuery page, StorytimeDb db, CancellationToken ct)
    {
        var admins = db.AdminUsers.AsQueryable();
        if (Words<AdminRole>.Parse(filter.Role) is { } role)
            admins = admins.Where(a => a.Role == role);
        if (filter.Disabled is { } disabled)
            admins = admins.Where(a => a.DisabledAt != null == disabled);
        return TypedResults.Ok(await admins.OrderBy(a => a.Email).ThenBy(a => a.Id).Select(Projection).PageAsync(page, ct));
    }

    /// <summary>One account of staff.</summary>
    [EndpointName("get_admin")]
    public static async Task<Results<Ok<StaffAccountResponse>, ApiError>> Read(long id, StorytimeDb db, CancellationToken ct) =>
        await db.AdminUsers.Where(a => a.Id == id).Select(Projection).SingleOrDefaultAsync(ct) is { } admin ? TypedResults.Ok(admin) : ApiError.NotFound("admin");

    /// <summary>Adds a member of staff: with a password, or with a link that is good once, for 24 hours, by which they choose their own.</summary>
    [EndpointName("create_admin")]
    public static async Task<Results<Created<CreatedAdminResponse>, ApiError>> Create(
        CreateAdminRequest request, Staff staff, StorytimeDb db, Passwords passwords, TimeProvider time, CancellationToken ct)
    {
        var (email, now) = (request.Email!.Trim(), time.Now());
        if (request.Password is { } chosen && NewPasswordAttribute.IsEmail(chosen, email) is { } tooEasy)
            return tooEasy;
        var admin = AdminUser.Create(email, request.Role!.Value, now);
        AdminSetupResponse? setup = null;
        if (request.Password is null)
            setup = new AdminSetupResponse(admin.StartSetup(now), admin.SetupTokenExpiresAt!.Value);
        else
            admin.PasswordHash = await passwords.HashAsync(request.Password, ct);

        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        db.AdminUsers.Add(admin);
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException e) when (e.Violates(AdminUser.UniqueEmail))
        {
            return EmailTaken;
        }
        db.AuditEntries.Add(AuditEntry.Of(staff, "created", AdminUser.AuditSubject, admin.Id, null, Snapshot(admin), now));
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Created($"/admin/api/v1/admins/{admin.Id}", new CreatedAdminResponse(ToResponse(admin), setup));
    }

    /// <summary>Changes a role, closes an account or opens it again; its sessions end at once. Somebody stays who can sign in as an admin.</summary>
    [EndpointName("update_admin")]
    public static async Task<Results<Ok<StaffAccountResponse>, ApiError>> Update(
        long id, UpdateAdminRequest request, Staff staff, StorytimeDb db, ConsoleSessions sessions, TimeProvider time, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var (admin, othersWork) = await db.LockAdminAsync(id, ct);
        if (admin is null)
            return ApiError.NotFound("admin");
        var (now, before, worked) = (time.Now(), Snapshot(admin), admin.IsWorkingAdmin);
        if (request.Role is { } role && role != admin.Role)
        {
            if (staff.AdminId == id)
                return OwnRole;
            admin.ChangeRole(role, now);
        }
        if (request.Disabled is { } disabled && disabled != admin.DisabledAt is not null)
        {
            if (disabled)
                admin.Disable(now);
            else
                admin.Enable(now);
        }
        if (worked && !admin.IsWorkingAdmin && !othersWork)
            return LastAdmin;
        // Sessions of the console know the role of now, and would go on when the account is opened again.
        if (admin.DisabledAt is not null)
            await sessions.EndAsync(id, null, null, ct);
        if (Snapshot(admin) != before)
            db.AuditEntries.Add(AuditEntry.Of(staff, "updated", AdminUser.AuditSubject, id, before, Snapshot(admin), now));
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Ok(ToResponse(admin));
    }

    /// <summary>
    /// An account with all admins, locked in one order: of two that would each take the other's place away, the second one sees what the first one did.
    /// </summary>
    /// <returns>Null where there is none; and whether somebody else can sign in as an admin.</returns>
    public static async Task<(AdminUser? Admin, bool OthersWork)> LockAdminAsync(this StorytimeDb db, long id, CancellationToken ct)
    {
        var locked = await db.AdminUsers.FromSql($"select * from admin_users where id = {id} or (role = 'admin' and disabled_at is null) order by id for no key update").ToListAsync(ct);
        return (locked.SingleOrDefault(a => a.Id == id), locked.Exists(a => a.Id != id && a.IsWorkingAdmin));
    }

    public static AdminSnapshot Snapshot(AdminUser a) => new(a.Role, a.DisabledAt, a.PasswordHash is not null, a.TwoFactorEnabled, a.SetupTokenExpiresAt);

    private static readonly Expression<Func<AdminUser, StaffAccountResponse>> Projection = a => new StaffAccountResponse(
        a.Id, a.Email!, a.Role, a.PasswordHash != null, a.TwoFactorEnabled, a.SetupTokenExpiresAt, a.DisabledAt, a.CreatedAt, a.UpdatedAt);

    private static readonly Func<AdminUser, StaffAccountResponse> ToResponse = Projection.Compile();
}
