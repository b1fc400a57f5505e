using CsvHelper;

namespace Storytime.Platform;

/// <summary>
/// CSV for people's spreadsheets: RFC 4180 with CRLF, in UTF-8. With a byte order mark, against the RFC's habit, because Excel takes a file without one for the machine's
/// old code page and garbles every accent; other readers skip it.
/// </summary>
internal static class Csv
{
    public const string MediaType = "text/csv";

    /// <summary>What the answer says of itself.</summary>
    public const string ContentType = "text/csv; charset=utf-8; header=present";

    /// <summary>
    /// Text that a spreadsheet would run as a formula (it begins with <c>= + - @</c>, tab or CR) gets an apostrophe in front, as OWASP's "CSV Injection" recommends. Numbers and
    /// dates are written by their own overloads of <c>WriteField</c>, and so stay numbers: <c>-5</c> is no formula.
    /// </summary>
    private static readonly CsvWriterOptions _options = new() { NewLine = "\r\n", WriteByteOrderMark = true, Injection = CsvInjection.Escape };

    /// <summary>
    /// Writes to the stream, which stays open, whenever some 64 KB have gathered: end records by <c>EndRecordAsync</c> and dispose asynchronously, because an answer of
    /// ASP.NET takes no synchronous writes. The stream is never held up in memory, whatever the number of records.
    /// </summary>
    public static CsvWriter Writer(Stream output) => CsvWriter.Create(output, _options, leaveOpen: true);
}
