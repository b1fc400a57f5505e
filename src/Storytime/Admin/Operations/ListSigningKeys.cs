using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Playback;

namespace Storytime.Admin.Operations;

/// <summary>The keys that Storytime signs and hides with; nothing in it opens anything.</summary>
/// <param name="Cloudfront">Of cookies: the one that signs, and those that signed until not long ago, whose cookies are good still. On the node that answers.</param>
/// <param name="Archive">What stands for children in the archive is made with these, one for each month; the oldest first.</param>
/// <param name="Auth">Of access tokens.</param>
public sealed record SigningKeysResponse(IReadOnlyList<CloudFrontKeyResponse> Cloudfront, IReadOnlyList<ArchiveKeyResponse> Archive, AuthKeyResponse Auth);

/// <param name="KeyPairId">The id by which CloudFront's key group knows its public half.</param>
/// <param name="Signs">Whether new cookies are signed with it.</param>
/// <param name="MadeAt">When its file or its secret was written; null where that is not known.</param>
/// <param name="KnownSince">When this node first had it, which is not before the node started.</param>
/// <param name="AgeDays">Since it was made; where that is not known, since this node has had it.</param>
/// <param name="ReplacedAt">When another one took its place on this node; null while it signs.</param>
public sealed record CloudFrontKeyResponse(
    string KeyPairId, SigningKeySource Source, bool Signs, DateTimeOffset? MadeAt, DateTimeOffset KnownSince, int AgeDays, DateTimeOffset? ReplacedAt);

/// <param name="Month">Such as <c>2026-02</c>; the key is deleted when no day of the month is written any more.</param>
/// <param name="AgeDays">Since the month began.</param>
public sealed record ArchiveKeyResponse(string Month, int AgeDays);

/// <param name="MadeAt">Null: it comes from a setting, which does not tell.</param>
public sealed record AuthKeyResponse(SigningKeySource Source, DateTimeOffset? MadeAt);

internal static class ListSigningKeys
{
    /// <summary>Which keys are in use, where they come from and how old they are; never a key.</summary>
    [EndpointName("list_signing_keys")]
    public static async Task<Ok<SigningKeysResponse>> Handle(
        SigningKeys keys, StorytimeDb db, IOptions<CloudFrontOptions> options, TimeProvider time, CancellationToken ct)
    {
        var now = time.Now();
        // Cookies outlive the key that signed them by their own life at most.
        var inUse = keys.Known.Where(k => k.ReplacedAt is not { } replaced || replaced > now - options.Value.CookieLifetime);
        var months = await db.ArchiveKeys.OrderBy(k => k.Month).Select(k => k.Month).ToListAsync(ct);
        return TypedResults.Ok(new SigningKeysResponse(
            [.. inUse.Select(k => new CloudFrontKeyResponse(
                k.KeyPairId, k.Source, k.ReplacedAt is null, k.MadeAt, k.KnownSince, Age(k.MadeAt ?? k.KnownSince, now), k.ReplacedAt))],
            [.. months.Select(m => new ArchiveKeyResponse(Months.Format(m), Age(new DateTimeOffset(m, TimeOnly.MinValue, TimeSpan.Zero), now)))],
            new AuthKeyResponse(SigningKeySource.Settings, null)));
    }

    private static int Age(DateTimeOffset since, DateTimeOffset now) => Math.Max(0, (int)(now - since).TotalDays);
}
