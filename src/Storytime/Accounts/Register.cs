using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using MimeKit;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Errors;

namespace Storytime.Accounts;

/// <param name="Email">The address that the parent signs in with.</param>
/// <param name="Password">8 to 128 characters; common ones are refused.</param>
/// <param name="Country">ISO 3166-1 alpha-2, such as <c>US</c>: where the family lives, which decides what publishers allow. <c>US</c> when it is not given.</param>
/// <param name="DeviceName">What the parent calls this device, for the list of signed-in devices; its user agent when it is not given.</param>
public sealed record RegisterRequest(
    [Required(ErrorMessage = "An e-mail address is needed."), Email] string? Email,
    [Required(ErrorMessage = "A password is needed."), NewPassword] string? Password,
    [Country] string? Country,
    [DeviceName] string? DeviceName);

internal static class Register
{
    public const string DefaultCountry = "US";

    public static readonly ApiError EmailTaken =
        ApiError.Conflict("There is an account with this e-mail address already. Sign in, or reset the password.", "email_taken");

    /// <summary>Creates a parent's account, records consent to the current terms and privacy notice, and signs in.</summary>
    [EndpointName("register")]
    public static async Task<Results<Created<SignInResponse>, ApiError>> Handle(
        RegisterRequest request, Client client, StorytimeDb db, Passwords passwords, SignIn signIn, ConsentPolicy consent, TimeProvider time, CancellationToken ct)
    {
        if (NewPasswordAttribute.IsEmail(request.Password!, request.Email!.Trim()) is { } refusal)
            return refusal;
        var user = User.Register(request.Email!.Trim(), request.Country?.ToUpperInvariant() ?? DefaultCountry, time.Now());
        user.PasswordHash = await passwords.HashAsync(request.Password!, ct);

        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        db.Users.Add(user);
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException e) when (e.Violates(User.UniqueEmail))
        {
            return EmailTaken;
        }
        consent.AcceptAtRegistration(user, time.Now());
        var answer = signIn.Start(user, client, request.DeviceName, time.Now());
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        consent.Nudge();
        return TypedResults.Created("/api/v1/me", answer);
    }
}

[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
internal sealed class DeviceNameAttribute() : PatternAttribute(@"\S", ParentSession.LongestDeviceName, "device_name has 1 to 100 characters.");

/// <summary>
/// An address with something on both sides of one <c>@</c> and a dot in its domain, to which a mail can be written; whether it exists, only a mail can tell.
/// Blanks around it, which keyboards like to add, are trimmed by the handlers.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
internal sealed class EmailAttribute() : PatternAttribute(@"^\s*[^@\s]+@[^@\s.]+(\.[^@\s.]+)+\s*$", 254, "This is not an e-mail address. It should look like name@example.com.")
{
    // The parser finds an address in more than addresses, as in "Mia <mia@example.com>"; it must be all of the text.
    public override bool IsValid(object? value) =>
        base.IsValid(value) && (value is not string text || (MailboxAddress.TryParse(text.Trim(), out var mailbox) && IsAllOf(mailbox, text.Trim())));

    private static bool IsAllOf(MailboxAddress mailbox, string text) => mailbox.Address == text || mailbox.GetAddress(idnEncode: true) == text;
}
