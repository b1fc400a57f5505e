using System.Diagnostics;
using System.Runtime.CompilerServices;
using CsCheck;
using Storytime.Reporting;
using UglyToad.PdfPig;

namespace Storytime.Tests.Reporting;

/// <summary>
/// Read back by PdfPig. Each run leaves <c>TestResults/statement.pdf</c> and <c>statement-draft.pdf</c> to look at; with STORYTIME_DOCS_SCREENSHOTS=1 the pictures in <c>docs/images</c>
/// are made anew, by pdftoppm (poppler-utils).
/// </summary>
public sealed class StatementPdfTests
{
    private static string Results => Directory.CreateDirectory(InRepository("TestResults")).FullName;

    [Fact]
    public async Task A_statement_has_all_its_lines_each_with_its_reason_and_its_pages_are_numbered()
    {
        var statement = SampleStatements.Sample();
        var bytes = StatementPdf.Write(statement, SampleStatements.From);
        await File.WriteAllBytesAsync(Path.Combine(Results, "statement.pdf"), bytes);
        using var pdf = PdfDocument.Open(bytes);
        var text = TextOf(pdf);

        pdf.Information.Title.ShouldBe("Statement ST-2026-01-000123");
        foreach (var part in new[] { "Storytime GmbH", "Mondgasse 5", "VAT ATU12345678", "Éditions du Hérisson & Søn", "Zoë Łukasik", "ST-2026-01-000123", "January 2026", "3 February 2026", "Payable by", "5 March 2026", SampleStatements.Hash })
            text.ShouldContain(Squeeze(part));
        foreach (var line in statement.Content.Lines)
        {
            text.ShouldContain(Squeeze(LineReason.Of(statement.Content, line)));
            if (line.BookId is not null && !line.Description.Contains('ס') && !line.Description.Contains("🚀", StringComparison.Ordinal))
                text.ShouldContain(Squeeze(line.Description));
        }
        // A rocket is in no font; Hebrew is there as it is seen.
        text.ShouldContain(Squeeze("Rakete □ zum Mond"));
        text.ShouldContain(Squeeze("םישבכ שמחו (2 קלח) חריה תריס"));
        text.ShouldContain(Squeeze($"Total{Money.Number(statement.Content.TotalCents, "EUR")}"));
        pdf.NumberOfPages.ShouldBeGreaterThan(2);
        foreach (var page in pdf.GetPages())
        {
            Squeeze(page.Text).ShouldContain($"Page{page.Number}of{pdf.NumberOfPages}");
            (page.Width, page.Height).ShouldBe((595.28, 841.89));
        }
        text.ShouldNotContain("DRAFT");
    }

    [Fact]
    public async Task A_draft_says_so_on_each_page_and_has_no_hash()
    {
        var draft = SampleStatements.Sample() with { Status = StatementStatus.Draft, IssuedAt = null, ContentHash = null };
        var bytes = StatementPdf.Write(draft, SampleStatements.From with { Paper = StatementPaper.Letter });
        await File.WriteAllBytesAsync(Path.Combine(Results, "statement-draft.pdf"), bytes);
        using var pdf = PdfDocument.Open(bytes);
        foreach (var page in pdf.GetPages())
        {
            page.Text.ShouldContain("DRAFT");
            (page.Width, page.Height).ShouldBe((612, 792));
        }
        TextOf(pdf).ShouldNotContain("SHA-256");
        TextOf(pdf).ShouldNotContain("Payableby");
    }

    [Theory]
    [InlineData(-1, "CreditinourfavourEUR-0.01")]
    [InlineData(0, "AmountdueEUR0.00")]
    public void Nothing_is_payable_on_a_statement_that_owes_nothing(long total, string said)
    {
        var sample = SampleStatements.Sample();
        using var pdf = PdfDocument.Open(StatementPdf.Write(sample with { Content = sample.Content with { TotalCents = total } }, SampleStatements.From));
        TextOf(pdf).ShouldContain(said);
        TextOf(pdf).ShouldNotContain("Payableby");
    }

    [Fact]
    public void Its_fonts_are_in_it_and_only_with_the_glyphs_that_are_used()
    {
        var bytes = StatementPdf.Write(SampleStatements.Sample(), SampleStatements.From);
        bytes.Length.ShouldBeLessThan(250_000);
        using var pdf = PdfDocument.Open(bytes);
        var letters = pdf.GetPages().SelectMany(p => p.Letters).ToList();
        letters.Select(l => l.FontName).Distinct().Order().ShouldBe(["DejaVuSans", "DejaVuSans-Bold", "DroidSansFallback", "NanumGothicCoding"], ignoreOrder: true);
        letters.Where(l => !string.IsNullOrWhiteSpace(l.Value) && l.BoundingBox.Width <= 0).ShouldBeEmpty();
    }

    [Fact]
    public void The_same_statement_is_the_same_file() =>
        StatementPdf.Write(SampleStatements.Sample(), SampleStatements.From).ShouldBe(StatementPdf.Write(SampleStatements.Sample(), SampleStatements.From));

    [Fact]
    public void Nothing_is_drawn_beyond_the_margins_however_long_a_title_or_a_number_is()
    {
        var sample = SampleStatements.Sample();
        StatementContentLine[] lines =
        [
            .. new[] { new string('W', 300), new string('鰻', 300), string.Join(' ', Enumerable.Repeat("Mondschein", 40)), new string('W', 6_000) }
                .Select(t => new StatementContentLine(StatementLineKind.Usage, null, 1, null, t, 9_000_000_000, 123_456, -9_000_000_000_000_000)),
        ];
        var content = sample.Content with { Lines = lines, TotalCents = lines.Sum(l => l.AmountCents) };
        using var pdf = PdfDocument.Open(StatementPdf.Write(sample with { Content = content }, SampleStatements.From));
        foreach (var letter in pdf.GetPages().SelectMany(p => p.Letters).Where(l => l.Value != " "))
        {
            letter.BoundingBox.Left.ShouldBeGreaterThan(48);
            letter.BoundingBox.Right.ShouldBeLessThan(595.28 - 48);
            letter.BoundingBox.Bottom.ShouldBeGreaterThan(44);
            letter.BoundingBox.Top.ShouldBeLessThan(841.89 - 44);
        }
        TextOf(pdf).Count(c => c == 'W').ShouldBeGreaterThanOrEqualTo(6_300);
    }

    [Fact]
    public void A_page_in_Chinese_has_more_characters_than_one_font_holds()
    {
        var sample = SampleStatements.Sample();
        var titles = Enumerable.Range(0, 40).Select(i => new string([.. Enumerable.Range(0x4E00 + (i * 25), 25).Select(c => (char)c)])).ToList();
        var content = sample.Content with { Lines = [.. titles.Select(t => new StatementContentLine(StatementLineKind.Usage, null, 1, null, t, 60, null, 0))] };
        using var pdf = PdfDocument.Open(StatementPdf.Write(sample with { Content = content }, SampleStatements.From));
        var text = TextOf(pdf);
        foreach (var title in titles)
            text.ShouldContain(title);
    }

    [Fact]
    public void Any_content_makes_a_statement_in_which_every_amount_is_found() => SampleStatements.Any.Sample(
        statement =>
        {
            using var pdf = PdfDocument.Open(StatementPdf.Write(statement, SampleStatements.From));
            var text = TextOf(pdf);
            foreach (var line in statement.Content.Lines)
                text.ShouldContain(Money.Number(line.AmountCents, statement.Content.Currency));
            text.ShouldContain($"Total{Money.Number(statement.Content.TotalCents, statement.Content.Currency)}");
        }, iter: 40);

    [Fact]
    public async Task The_pictures_in_the_guide_are_of_the_sample()
    {
        var images = InRepository("docs/images");
        if (Environment.GetEnvironmentVariable("STORYTIME_DOCS_SCREENSHOTS") == "1")
        {
            var file = Path.Combine(Results, "statement-of-the-guide.pdf");
            await File.WriteAllBytesAsync(file, StatementPdf.Write(SampleStatements.Sample(), SampleStatements.From));
            using var poppler = Process.Start("pdftoppm", ["-r", "80", "-f", "1", "-l", "2", "-png", "-gray", file, Path.Combine(images, "statement")]);
            await poppler.WaitForExitAsync();
            poppler.ExitCode.ShouldBe(0);
        }
        foreach (var picture in new[] { "statement-1.png", "statement-2.png" })
            new FileInfo(Path.Combine(images, picture)).Length.ShouldBeInRange(10_000, 200 * 1024);
    }

    /// <summary>Without blanks, which lines and columns leave out.</summary>
    private static string TextOf(PdfDocument pdf) => string.Concat(pdf.GetPages().SelectMany(p => p.Letters).Select(l => l.Value.Trim()));

    private static string InRepository(string path, [CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../..", path));

    private static string Squeeze(string text) => text.Replace(" ", "", StringComparison.Ordinal);
}
