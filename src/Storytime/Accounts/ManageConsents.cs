using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Platform.Errors;
using Storytime.Platform.OpenApi;

namespace Storytime.Accounts;

/// <summary>What Storytime asks for now, and where the parent stands.</summary>
/// <param name="Method">How consent is given: <c>registration</c> by accepting, <c>email_plus</c> by a link that is sent by mail as well.</param>
/// <param name="Given">Whether children may be added.</param>
/// <param name="Current">Whether what was given is of the versions in force; if not, show them and ask again.</param>
public sealed record ConsentStateResponse(ConsentMethod Method, string TermsVersion, string PrivacyVersion, bool Given, bool Current);

/// <param name="Current">Whether it is of the method and the versions in force, and was not withdrawn.</param>
public sealed record ConsentResponse(
    long Id, string TermsVersion, string PrivacyVersion, ConsentMethod Method, DateTimeOffset GrantedAt, DateTimeOffset? WithdrawnAt, bool Current);

/// <param name="TermsVersion">Of the terms that the parent was shown.</param>
/// <param name="PrivacyVersion">Of the privacy notice that the parent was shown.</param>
public sealed record GiveConsentRequest(
    [Required(ErrorMessage = "The version of the terms is needed.")] string? TermsVersion,
    [Required(ErrorMessage = "The version of the privacy notice is needed.")] string? PrivacyVersion);

internal static class ManageConsents
{
    /// <summary>The versions in force, how consent is given, and whether the parent has given it.</summary>
    [EndpointName("get_consent_state")]
    public static async Task<Ok<ConsentStateResponse>> State(Parent parent, StorytimeDb db, IOptions<ConsentOptions> options, CancellationToken ct)
    {
        var given = await db.ConsentRecords.AsNoTracking().Where(c => c.UserId == parent.UserId && c.Method == options.Value.Method && c.WithdrawnAt == null).ToListAsync(ct);
        return TypedResults.Ok(new ConsentStateResponse(
            options.Value.Method, options.Value.TermsVersion, options.Value.PrivacyVersion, given.Count > 0, given.Any(c => c.IsCurrent(options.Value))));
    }

    /// <summary>Every consent that the parent ever gave, the newest first, withdrawn ones included.</summary>
    [EndpointName("list_consents")]
    public static async Task<Ok<Page<ConsentResponse>>> List(
        [AsParameters] PageQuery page, Parent parent, StorytimeDb db, IOptions<ConsentOptions> options, CancellationToken ct)
    {
        var rows = await db.ConsentRecords.AsNoTracking().Where(c => c.UserId == parent.UserId).OrderByDescending(c => c.Id).PageAsync(page, ct);
        return TypedResults.Ok(new Page<ConsentResponse>([.. rows.Data.Select(c => ToResponse(c, options.Value))], rows.Pagination));
    }

    /// <summary>
    /// Accepts the versions in force. 201: the consent is on record (200: it was already). 202: it is not yet; a mail with a link goes to the parent, and the consent is
    /// on record once the link is opened.
    /// </summary>
    [EndpointName("give_consent")]
    [NoLocation]
    public static async Task<Results<Created<ConsentResponse>, Ok<ConsentResponse>, Accepted, ApiError>> Give(
        GiveConsentRequest request, Parent parent, StorytimeDb db, ConsentPolicy policy, IOptions<ConsentOptions> options, TimeProvider time, CancellationToken ct)
    {
        var inForce = options.Value;
        var wrong = new List<(string, string)>();
        if (request.TermsVersion != inForce.TermsVersion)
            wrong.Add(("terms_version", $"The terms in force are those of {inForce.TermsVersion}. Show them, and send this version."));
        if (request.PrivacyVersion != inForce.PrivacyVersion)
            wrong.Add(("privacy_version", $"The privacy notice in force is that of {inForce.PrivacyVersion}. Show it, and send this version."));
        if (wrong.Count > 0)
            return ApiError.Invalid([.. wrong]);

        if (await db.Users.SingleOrDefaultAsync(u => u.Id == parent.UserId, ct) is not { } user)
            return Me.Gone;
        var given = await db.ConsentRecords.AsNoTracking().Where(c => c.UserId == user.Id && c.WithdrawnAt == null).OrderBy(c => c.Id).ToListAsync(ct);
        if (given.FirstOrDefault(c => c.IsCurrent(inForce)) is { } already)
            return TypedResults.Ok(ToResponse(already, inForce));
        var record = policy.Ask(user, time.Now());
        await db.SaveChangesAsync(ct);
        policy.Nudge();
        return record is null ? TypedResults.Accepted((string?)null) : TypedResults.Created((string?)null, ToResponse(record, inForce));
    }

    private static ConsentResponse ToResponse(ConsentRecord c, ConsentOptions inForce) =>
        new(c.Id, c.TermsVersion, c.PrivacyVersion, c.Method, c.GrantedAt, c.WithdrawnAt, c.IsCurrent(inForce));
}
