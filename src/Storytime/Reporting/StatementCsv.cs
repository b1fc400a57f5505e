using CsvHelper;
using Storytime.Platform;

namespace Storytime.Reporting;

/// <summary>A statement as a table: a row for each line, then one with the total. Numbers have a dot and no separators of thousands.</summary>
internal static class StatementCsv
{
    public static readonly string[] Header =
    [
        "statement", "status", "publisher", "month", "currency", "line", "kind", "contract_id", "contract_name", "book_id", "description", "for_month",
        "seconds", "minutes", "children", "amount", "amount_cents", "reason",
    ];

    public static async Task WriteAsync(Stream output, StatementDocument statement, CancellationToken ct)
    {
        await using var csv = Csv.Writer(output);
        await csv.WriteRecordAsync(Header, ct);
        var (content, position) = (statement.Content, 0);
        foreach (var line in content.Lines)
        {
            Begin(csv, statement);
            csv.WriteField(++position);
            csv.WriteField(Json.Name(line.Kind));
            csv.WriteField(line.ContractId);
            csv.WriteField(content.Facts.Contracts.FirstOrDefault(c => c.Id == line.ContractId)?.Name);
            csv.WriteField(line.BookId);
            csv.WriteField(line.Description);
            csv.WriteField(line.ForMonth, Months.Pattern);
            End(csv, content, line.SecondsWatched, Children(line), line.AmountCents, LineReason.Of(content, line));
            await csv.EndRecordAsync(ct);
        }
        Begin(csv, statement);
        csv.WriteField("");
        csv.WriteField("total");
        for (var empty = 0; empty < 5; empty++)
            csv.WriteField("");
        End(csv, content, content.Facts.PublisherSeconds, "", content.TotalCents, "");
        await csv.EndRecordAsync(ct);
    }

    /// <summary>Of a book: how many, or that they are too few to be told.</summary>
    public static string Children(StatementContentLine line) =>
        line.Children is { } children
            ? FormattableString.Invariant($"{children}")
            : line.BookId is not null && line.Kind is StatementLineKind.RevenueShare or StatementLineKind.Usage ? SmallCells.Mark : "";

    private static void Begin(CsvWriter csv, StatementDocument statement)
    {
        csv.WriteField(statement.Number);
        csv.WriteField(Json.Name(statement.Status));
        csv.WriteField(statement.Content.Facts.PublisherName);
        csv.WriteField(statement.Content.Month, Months.Pattern);
        csv.WriteField(statement.Content.Currency);
    }

    private static void End(CsvWriter csv, StatementContent content, long seconds, string children, long cents, string reason)
    {
        csv.WriteField(seconds);
        csv.WriteField(seconds / 60m, "0.00");
        csv.WriteField(children);
        csv.WriteField(Money.Major(cents, content.Currency), Money.Pattern(content.Currency));
        csv.WriteField(cents);
        csv.WriteField(reason);
    }
}
