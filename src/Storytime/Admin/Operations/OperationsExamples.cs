using Storytime.Admin.Shell;
using Storytime.Catalog;
using Storytime.Platform.Auth;
using Storytime.Platform.OpenApi;
using Storytime.Playback;

namespace Storytime.Admin.Operations;

internal static class OperationsExamples
{
    private const string Email = "editor@example.com";
    private static readonly DateTimeOffset _tomorrow = ApiExample.Now.AddDays(1);
    private static readonly AdminSetupResponse _setup = new("Vq7mVZQ0b0o9c3J5bq6l7m2k1s4n8x0wYtRzEuPaHcE", _tomorrow);

    public static IEnumerable<ApiExample> All =>
    [
        new(new AuditEntryResponse(
            900, 3, Email, "updated", ManageBooks.Subject, 123, new Dictionary<string, object?> { ["status"] = "active" },
            new Dictionary<string, object?> { ["status"] = "inactive" }, ApiExample.Now)),
        new(new CreateAdminRequest(Email, AdminRole.Editor)),
        new(new CreatedAdminResponse(Account(null, _tomorrow), _setup)),
        new(new UpdateAdminRequest(Disabled: true)),
        new(Account(ApiExample.Now, null)),
        new(_setup),
        new(new StaffSessionResponse(
            new("0190b0e0-1111-7222-8333-944455566677"), SignInMethod.PasswordAndCode, "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)", ApiExample.Earlier, ApiExample.Now, ApiExample.Earlier,
            ApiExample.Earlier.AddHours(12))),
        new(new OperationsResponse(
            ApiExample.Now, [new NodeHealthResponse("database", true, null)], ApiExample.Now.AddSeconds(-40), 40,
            new JobsResponse(
                0, 1, 1, 0, [new WorkerNodeResponse("worker-1:6204", 2, ApiExample.Earlier, ApiExample.Now.AddSeconds(-9))],
                [new RecurringJobResponse("roll-up-usage", "*/2 * * * *", ApiExample.Now.AddSeconds(-40), "Succeeded", ApiExample.Now.AddSeconds(80), null)]))),
        new(new SigningKeysResponse(
            [new CloudFrontKeyResponse("K2JCJMDEHXQW5F", SigningKeySource.SecretsManager, true, ApiExample.Earlier, ApiExample.Earlier.AddMinutes(4), 20, null)],
            [new ArchiveKeyResponse("2026-02", 24)], new AuthKeyResponse(SigningKeySource.Settings, null))),
    ];

    private static StaffAccountResponse Account(DateTimeOffset? disabledAt, DateTimeOffset? setupExpiresAt) =>
        new(3, Email, AdminRole.Editor, setupExpiresAt is null, false, setupExpiresAt, disabledAt, ApiExample.Earlier, ApiExample.Now);
}
