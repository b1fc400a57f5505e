using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Storytime.Data;
using Storytime.Platform.Errors;
using Storytime.Usage;

namespace Storytime.Reporting;

internal static class VerifyStatement
{
    private static readonly ApiError _isDraft = ApiError.Conflict("This is a draft, which is computed anew whenever it is read. Only an issued statement can be verified.");

    /// <summary>Holds an issued statement against its hash and its lines, and against the usage that is known today. Nothing is changed.</summary>
    [EndpointName("verify_statement")]
    public static async Task<Results<Ok<StatementVerificationResponse>, ApiError>> Handle(long id, StorytimeDb db, CancellationToken ct)
    {
        if (await db.PublisherStatements.AsNoTracking().Include(s => s.Lines).SingleOrDefaultAsync(s => s.Id == id, ct) is not { } statement)
            return ApiError.NotFound("statement");
        if (statement.Status == StatementStatus.Draft)
            return _isDraft;
        var content = statement.Content();
        var secondsNow = await db.UsageTotals
            .Where(t => t.Grain == UsageGrain.PublisherMonth && t.PublisherId == statement.PublisherId && t.StartsOn == statement.Month)
            .SumAsync(t => t.SecondsWatched, ct);
        var lastIssued = await db.PublisherStatements
            .Where(s => s.PublisherId == statement.PublisherId && s.Currency == statement.Currency && s.Status == StatementStatus.Issued).MaxAsync(s => s.Month, ct);
        var next = await StatementDrafts.ComputeAsync(db, statement.PublisherId, lastIssued.AddMonths(1), statement.Currency, ct);
        return TypedResults.Ok(new StatementVerificationResponse(
            Matches(statement.CanonicalContent!, statement.ContentHash, content),
            content.Lines.Sum(l => l.AmountCents) == content.TotalCents,
            content.Facts.PublisherSeconds,
            secondsNow,
            next.Lines.Where(l => l.ForMonth == statement.Month).Sum(l => l.AmountCents)));
    }

    /// <summary>The hash is of the content as it was written then. What it says is compared in the form of now, which may have more in it.</summary>
    private static bool Matches(string issued, byte[]? hash, StatementContent stored)
    {
        if (!SHA256.HashData(Encoding.UTF8.GetBytes(issued)).AsSpan().SequenceEqual(hash))
            return false;
        var read = JsonSerializer.Deserialize(issued, StatementJson.Default.StatementContent)!;
        return StatementHash.Of(read).AsSpan().SequenceEqual(StatementHash.Of(stored));
    }
}
