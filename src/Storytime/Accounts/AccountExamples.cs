using Storytime.Platform.OpenApi;

namespace Storytime.Accounts;

internal static class AccountExamples
{
    private const string Email = "parent@example.com";
    private const string Password = "correct horse battery";
    private const string RefreshToken = "q3Zr0mV1xk9T2bYwJ7cN5fLhD8sPaE4u";
    private static readonly UserResponse _user = new(42, Email, "parent", "US", ApiExample.Earlier);

    public static IEnumerable<ApiExample> All =>
    [
        new(new RegisterRequest(Email, Password, "US", "Maya's iPhone")),
        new(new LoginRequest(Email, Password, "Maya's iPhone")),
        new(new RefreshRequest(RefreshToken)),
        new(new LogoutRequest(RefreshToken)),
        new(_user),
        new(new SignInResponse(_user, "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiI0MiJ9.c2lnbmF0dXJl", ApiExample.Now.AddMinutes(15), RefreshToken)),
    ];
}
