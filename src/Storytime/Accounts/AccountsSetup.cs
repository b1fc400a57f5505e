using Microsoft.AspNetCore.Identity;
using Storytime.Platform;
using Storytime.Platform.Auth;

namespace Storytime.Accounts;

internal static class AccountsSetup
{
    public static void AddAccounts(this IServiceCollection services)
    {
        services.AddSettings<AuthOptions>("Auth");
        services.AddSettings<ConsentOptions>("Consent");
        services.AddSingleton<IPasswordHasher<User>, PasswordHasher<User>>();
        services.AddSingleton<Passwords>();
        services.AddSingleton<BrowsingParents>();
        services.AddScoped<SignIn>();
        services.AddScoped<PasswordCheck>();
        services.AddScoped<Reauthentication>();
        services.AddScoped<ConsentPolicy>();
        services.AddScoped<ISessionCheck, ParentSessionCheck>();
        services.AddScoped<IAccountSessions, ParentSessions>();
        services.AddScoped<SendMails>();
        services.AddScoped<CleanLinks>();
        services.AddRazorComponents();
        services.AddApple();
    }
}
