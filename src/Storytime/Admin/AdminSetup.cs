using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Storytime.Accounts;
using Storytime.Admin.Shell;
using Storytime.Admin.SignIn;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Auth;

namespace Storytime.Admin;

internal static class AdminSetup
{
    public static void AddAdmin(this IServiceCollection services)
    {
        services.AddIdentityCore<AdminUser>();
        services.AddScoped<IUserStore<AdminUser>, AdminUserStore>();
        services.AddScoped<IPasskeyHandler<AdminUser>, PasskeyHandler<AdminUser>>();
        services.Configure<IdentityPasskeyOptions>(passkeys =>
        {
            // Whoever has the device shows as well that it is theirs, by finger, face or PIN: two factors. It is found without an e-mail address.
            (passkeys.UserVerificationRequirement, passkeys.ResidentKeyRequirement) = ("required", "required");
            passkeys.AuthenticatorTimeout = ShortLived.Lifetime;
        });
        // Identity's own validator wants user names, which staff do not have; the database decides what is unique.
        services.RemoveAll<IUserValidator<AdminUser>>();
        services.AddScoped<ISessionCheck, AdminSessionCheck>();
        services.AddConsole();
    }

    private sealed class AdminUserStore(StorytimeDb db) : UserOnlyStore<AdminUser, StorytimeDb, long>(db)
    {
        /// <summary>Identity would keep keys and recovery codes as they are; <see cref="StaffFactors"/> seals and hashes them.</summary>
        protected override Task AddUserTokenAsync(IdentityUserToken<long> token) => throw new NotSupportedException("Keys and recovery codes of staff are kept by StaffFactors.");

        protected override Task<IdentityUserToken<long>?> FindTokenAsync(AdminUser user, string loginProvider, string name, CancellationToken cancellationToken) =>
            throw new NotSupportedException("Keys and recovery codes of staff are read by StaffFactors.");
    }
}

/// <summary><c>storytime create-admin {email} {role}</c>: how the first member of staff gets in.</summary>
internal static class CreateAdmin
{
    public const string PasswordVariable = "STORYTIME_ADMIN_PASSWORD";

    public static async Task<int> RunAsync(IServiceProvider services, string email, string roleName, CancellationToken ct)
    {
        var password = Environment.GetEnvironmentVariable(PasswordVariable);
        if (!Enum.TryParse<AdminRole>(roleName, ignoreCase: true, out var role) || !Enum.IsDefined(role) || !email.Contains('@'))
            return Complain("Usage: storytime create-admin <email> <admin|editor|finance>");
        if (password is null || new NewPasswordAttribute().GetValidationResult(password, new(password)) is not null)
            return Complain($"Set {PasswordVariable} to the new account's password: 8 characters or more, and not a common one.");

        await using var scope = services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<StorytimeDb>();
        if (await db.AdminUsers.WithEmail(email).AnyAsync(ct))
        {
            Console.WriteLine($"{email} has an account already; nothing was changed.");
            return 0;
        }
        var admin = AdminUser.Create(email, role, scope.ServiceProvider.GetRequiredService<TimeProvider>().Now());
        admin.PasswordHash = await scope.ServiceProvider.GetRequiredService<Passwords>().HashAsync(password, ct);
        db.AdminUsers.Add(admin);
        await db.SaveChangesAsync(ct);
        Console.WriteLine($"{email} can sign in with the role {Json.Name(role)}.");
        return 0;
    }

    private static int Complain(string sentence)
    {
        Console.Error.WriteLine(sentence);
        return 1;
    }
}
