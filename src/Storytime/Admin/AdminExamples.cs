using Storytime.Platform.Auth;
using Storytime.Platform.OpenApi;

namespace Storytime.Admin;

internal static class AdminExamples
{
    private const string Email = "editor@example.com";

    public static IEnumerable<ApiExample> All =>
    [
        new(new AdminLoginRequest(Email, "correct horse battery", "492039")),
        new(new AdminLoginResponse(
            new AdminResponse(3, Email, AdminRole.Editor, ApiExample.Earlier), "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIzIn0.c2lnbmF0dXJl", ApiExample.Now.AddHours(8))),
    ];
}
