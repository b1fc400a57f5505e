using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Storytime.Accounts;
using Storytime.Admin;
using Storytime.Platform;
using Storytime.Platform.Auth;

namespace Storytime.Tests.Testing;

/// <summary>Signs staff in. The accounts are made as <c>storytime create-admin</c> makes them; the rest goes through the API.</summary>
public static class StaffAccounts
{
    public static async Task<ApiClient> StaffAsync(this StorytimeApp app, AdminRole role)
    {
        var email = $"{role}-{Guid.NewGuid():N}@storytime.example".ToLowerInvariant();
        await app.InDatabaseAsync(async db =>
        {
            var admin = AdminUser.Create(email, role, app.Clock.Now());
            admin.PasswordHash = await app.Services.GetRequiredService<Passwords>().HashAsync(Families.Password, CancellationToken.None);
            db.AdminUsers.Add(admin);
            await db.SaveChangesAsync();
        });
        var answer = await app.Client().PostAsync("/admin/api/v1/auth/login", new { email, password = Families.Password });
        return app.Client((string)answer.ShouldBe(HttpStatusCode.OK)["jwt"]!);
    }

    public static Task<ApiClient> EditorAsync(this StorytimeApp app) => app.StaffAsync(AdminRole.Editor);
}
