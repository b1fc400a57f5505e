using System.Net.Mime;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using Storytime.Data;
using Storytime.Platform;
using Storytime.Platform.Errors;

namespace Storytime.Reporting;

public sealed record StatementPdfQuery
{
    /// <summary>Whether a browser shows it where it stands, instead of storing it: <c>true</c> or <c>false</c>, which it is when it is not given.</summary>
    [FromQuery(Name = "inline")]
    public bool? Inline { get; init; }
}

/// <summary>Statements as files. Drafts too: they are marked as such.</summary>
internal static class DownloadStatement
{
    /// <summary>A statement as CSV, with the reason of each line. UTF-8, RFC 4180; the last row is the total.</summary>
    [EndpointName("download_statement_csv")]
    public static async Task<Results<PushStreamHttpResult, ApiError>> AsCsv(long id, StorytimeDb db, HttpContext http, TimeProvider time, CancellationToken ct)
    {
        if (await StatementDocument.ReadAsync(db, id, time.Now(), ct) is not { } statement)
            return ApiError.NotFound("statement");
        Name(http, statement, "csv", "attachment");
        return TypedResults.Stream(output => StatementCsv.WriteAsync(output, statement, ct), Csv.ContentType);
    }

    /// <summary>A statement as PDF, to be sent. A draft says on each page that it is one.</summary>
    [EndpointName("download_statement_pdf")]
    public static async Task<Results<FileContentHttpResult, ApiError>> AsPdf(
        long id, [AsParameters] StatementPdfQuery query, StorytimeDb db, IOptions<StatementOptions> options, HttpContext http, TimeProvider time, CancellationToken ct)
    {
        if (await StatementDocument.ReadAsync(db, id, time.Now(), ct) is not { } statement)
            return ApiError.NotFound("statement");
        Name(http, statement, "pdf", query.Inline == true ? "inline" : "attachment");
        // Only pages of our own show it.
        http.Response.Headers.ContentSecurityPolicy = "frame-ancestors 'self'";
        return TypedResults.File(StatementPdf.Write(statement, options.Value), MediaTypeNames.Application.Pdf);
    }

    private static void Name(HttpContext http, StatementDocument statement, string extension, string disposition) => http.Response.Headers.ContentDisposition =
        $"{disposition}; filename=\"{statement.Number}{(statement.Status == StatementStatus.Draft ? "-draft" : "")}.{extension}\"";
}
