using Storytime.Platform.OpenApi;

namespace Storytime.Accounts;

internal static class AccountExamples
{
    private const string Email = "parent@example.com";
    private const string Password = "correct horse battery";
    private const string RefreshToken = "q3Zr0mV1xk9T2bYwJ7cN5fLhD8sPaE4u";
    private const string LinkToken = "Vq7mVZQ0b0o9c3J5bq6l7m2k1s4n8x0wYtRzEuPaHcE";
    private const string Version = "2026-04-22";
    private static readonly UserResponse _user = new(42, Email, "parent", "US", ApiExample.Earlier);

    public static IEnumerable<ApiExample> All =>
    [
        new(new RegisterRequest(Email, Password, "US", "Maya's iPhone")),
        new(new LoginRequest(Email, Password, "Maya's iPhone")),
        new(new RefreshRequest(RefreshToken)),
        new(new LogoutRequest(RefreshToken)),
        new(new AppleSignInRequest("eyJraWQiOiJmaDZCczhDIiwiYWxnIjoiUlMyNTYifQ.eyJzdWIiOiIwMDEifQ.c2lnbmF0dXJl", "b1946ac92492d2347c6235b4d2611184", "c1d2e3f4.0.mrqsx.a1b2", "US", "Maya's iPhone")),
        new(new ForgotPasswordRequest(Email)),
        new(new ResetPasswordRequest(LinkToken, "seven purple otters")),
        new(new ChangeEmailRequest("maya@example.com", Password)),
        new(new ConfirmEmailRequest(LinkToken)),
        new(new ConfirmConsentRequest(LinkToken)),
        new(new GiveConsentRequest(Version, Version)),
        new(new ConsentStateResponse(ConsentMethod.Registration, Version, Version, true, true)),
        new(new ConsentResponse(17, Version, Version, ConsentMethod.Registration, ApiExample.Earlier, null, true)),
        new(new ParentSessionResponse(new("0190b0e0-1111-7222-8333-944455566677"), "Maya's iPhone", ApiExample.Earlier, ApiExample.Now, true)),
        new(_user),
        new(new SignInResponse(_user, "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiI0MiJ9.c2lnbmF0dXJl", ApiExample.Now.AddMinutes(15), RefreshToken)),
    ];
}
