using System.Net;
using Storytime.Platform.Auth;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Admin;

/// <summary>A parent whose ids support knows, and the calls of support.</summary>
internal sealed record SupportFamily(ApiClient Parent, long UserId, string Email)
{
    public const string Users = "/admin/api/v1/users";

    public string Path => $"{Users}/{UserId}";

    public static async Task<SupportFamily> RegisterAsync(StorytimeApp app, string? email = null, string deviceName = "Maya's iPhone")
    {
        email ??= Families.NewEmail();
        var answer = (await app.Client().PostAsync("/api/v1/auth/register", new { email, password = Families.Password, device_name = deviceName })).ShouldBe(HttpStatusCode.Created);
        return new SupportFamily(app.Client((string)answer["jwt"]!), (long)answer["user"]!["id"]!, email);
    }

    public async Task<(ApiClient Device, long SessionId)> HandOverAsync(StorytimeApp app, long child, string deviceName = "Leo's tablet")
    {
        var answer = (await Parent.PostAsync($"/api/v1/children/{child}/child_sessions", new { device_name = deviceName })).ShouldBe(HttpStatusCode.Created);
        return (app.Client((string)answer["token"]!), (long)answer["child_session"]!["id"]!);
    }
}

internal static class SupportStaff
{
    public static Task<ApiClient> AdminAsync(this StorytimeApp app) => app.StaffAsync(AdminRole.Admin);

    /// <summary>The newest entry of the audit trail: action, subject, before, after.</summary>
    public static async Task<string> LastAuditAsync(this StorytimeApp app) => (string)(await app.SqlAsync("""
        select concat_ws(' ', action, subject_type, subject_id, coalesce(before::text, '-'), coalesce(after::text, '-')) from audit_entries order by id desc limit 1
        """))!;

    public static string Query(DateTimeOffset time) => Uri.EscapeDataString(time.ToString("o"));
}
