using System.Globalization;
using System.Text;
using CsCheck;
using Storytime.Reporting;

namespace Storytime.Tests.Reporting;

public sealed class StatementCsvTests
{
    [Fact]
    public async Task It_begins_with_a_byte_order_mark_and_has_a_row_for_each_line_and_the_total()
    {
        var statement = SampleStatements.Sample();
        var bytes = await WriteAsync(statement);
        bytes[..3].ShouldBe(Encoding.UTF8.Preamble.ToArray());
        var rows = Rows(bytes);
        rows[0]["statement"].ShouldBe("ST-2026-01-000123");
        rows[0]["description"].ShouldBe("Le Petit Bateau de lune");
        rows[0]["contract_name"].ShouldBe("Backlist 2024–2026");
        rows[0]["month"].ShouldBe("2026-01");
        rows.Count.ShouldBe(statement.Content.Lines.Count + 1);
        var total = rows[^1];
        total["kind"].ShouldBe("total");
        total["amount_cents"].ShouldBe($"{statement.Content.TotalCents}");
        rows.SkipLast(1).Sum(r => decimal.Parse(r["amount"], CultureInfo.InvariantCulture)).ShouldBe(decimal.Parse(total["amount"], CultureInfo.InvariantCulture));
        rows.Single(r => r["kind"] == "adjustment")["for_month"].ShouldBe("2025-12");
        rows.Count(r => r["children"] == "<5").ShouldBeGreaterThan(3);
        rows.Where(r => r["kind"] is "flat_fee" or "advance" or "total").ShouldAllBe(r => r["children"] == "" && r["book_id"] == "");
    }

    [Fact]
    public void Any_content_comes_back_from_another_reader_as_it_was() => SampleStatements.Any.Sample(
        statement =>
        {
            var rows = Rows(WriteAsync(statement).GetAwaiter().GetResult());
            var content = statement.Content;
            rows.Count.ShouldBe(content.Lines.Count + 1);
            foreach (var (row, (i, line)) in rows.Zip(content.Lines.Index()))
            {
                row["line"].ShouldBe($"{i + 1}");
                row["kind"].ShouldBe(Storytime.Platform.Json.Name(line.Kind));
                row["publisher"].ShouldBe(Told(content.Facts.PublisherName));
                row["description"].ShouldBe(Told(line.Description));
                row["reason"].ShouldBe(Told(LineReason.Of(content, line)));
                row["contract_id"].ShouldBe($"{line.ContractId}");
                row["book_id"].ShouldBe($"{line.BookId}");
                row["seconds"].ShouldBe($"{line.SecondsWatched}");
                row["amount_cents"].ShouldBe($"{line.AmountCents}");
                var amount = decimal.Parse(row["amount"], NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);
                (amount * (content.Currency switch { "JPY" => 1, "BHD" => 1000, _ => 100 })).ShouldBe(line.AmountCents);
            }
        }, iter: 100);

    [Theory]
    [InlineData("=cmd|' /C calc'!A0")]
    [InlineData("+1+1")]
    [InlineData("-1+1")]
    [InlineData("@SUM(A1)")]
    [InlineData("\t=1")]
    [InlineData("\r=1")]
    public async Task A_title_that_a_spreadsheet_would_run_is_defused_and_a_negative_number_stays_one(string title)
    {
        var sample = SampleStatements.Sample();
        var line = new StatementContentLine(StatementLineKind.Usage, null, 1, null, title, -90, null, -125);
        var row = Rows(await WriteAsync(sample with { Content = sample.Content with { Lines = [line], TotalCents = -125, Currency = "BHD" } }))[0];
        row["description"].ShouldBe("'" + title);
        (row["amount"], row["amount_cents"], row["seconds"], row["minutes"]).ShouldBe(("-0.125", "-125", "-90", "-1.50"));
    }

    /// <summary>What UTF-8 can say of it, defused.</summary>
    private static string Told(string text)
    {
        var valid = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
        return valid.Length > 0 && "=+-@\t\r".Contains(valid[0], StringComparison.Ordinal) ? "'" + valid : valid;
    }

    private static List<Dictionary<string, string>> Rows(byte[] csv)
    {
        var rows = Rfc4180.Read(Encoding.UTF8.GetString(csv)[1..]);
        rows[0].ShouldBe(StatementCsv.Header);
        rows.ShouldAllBe(r => r.Length == StatementCsv.Header.Length);
        return [.. rows.Skip(1).Select(r => StatementCsv.Header.Zip(r).ToDictionary(c => c.First, c => c.Second))];
    }

    private static async Task<byte[]> WriteAsync(StatementDocument statement)
    {
        using var output = new MemoryStream();
        await StatementCsv.WriteAsync(output, statement, CancellationToken.None);
        return output.ToArray();
    }
}
