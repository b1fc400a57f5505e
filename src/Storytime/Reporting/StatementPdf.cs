using System.Globalization;
using Storytime.Platform;
using Storytime.Reporting.Pdf;
using Storytime.Rights;

namespace Storytime.Reporting;

/// <summary>A statement as a document that one would send: whom it is from and to, what was agreed and watched, line by line why, the total, and the hash that proves it.</summary>
internal static class StatementPdf
{
    private const double Text = 8.5;

    public static byte[] Write(StatementDocument statement, StatementOptions from)
    {
        var (width, height) = from.Paper == StatementPaper.Letter ? (612.0, 792.0) : (595.28, 841.89);
        var draft = statement.Status == StatementStatus.Draft;
        var sheet = new Sheet(width, height, page =>
        {
            if (draft)
                page.Canvas.Watermark("DRAFT", 150);
        });
        Letterhead(sheet, from);
        Heading(sheet, statement, from);
        Month(sheet, statement.Content);
        foreach (var contract in statement.Content.Facts.Contracts)
            Contract(sheet, contract, statement.Content.Currency);
        StatementPdfTable.Write(sheet, statement.Content);
        Proof(sheet, statement);
        Feet(sheet, statement);
        return sheet.Canvas.Build($"Statement {statement.Number}", Typeface.Regular.Printable(from.CompanyName));
    }

    private static void Letterhead(Sheet sheet, StatementOptions from)
    {
        sheet.Paragraph(from.CompanyName, sheet.Left, sheet.Right - sheet.Left, Typeface.Bold, 15, Ink.Black);
        string?[] reach = [from.CompanyEmail, from.CompanyTaxId];
        string[] lines =
        [
            string.Join(" · ", from.CompanyAddress.Where(l => !string.IsNullOrWhiteSpace(l))),
            string.Join(" · ", reach.Where(l => !string.IsNullOrWhiteSpace(l))),
        ];
        foreach (var line in lines.Where(l => l.Length > 0))
            sheet.Paragraph(line, sheet.Left, sheet.Right - sheet.Left, Typeface.Regular, 8, Ink.Gray);
        sheet.Y += 6;
        sheet.Canvas.Line(sheet.Left, sheet.Right, sheet.Y, Ink.Black, 1);
        sheet.Y += 22;
    }

    /// <summary>To whom on the left, what on the right.</summary>
    private static void Heading(Sheet sheet, StatementDocument statement, StatementOptions from)
    {
        var (top, half, facts, total) = (sheet.Y, (sheet.Right - sheet.Left) / 2, statement.Content.Facts, statement.Content.TotalCents);
        sheet.Paragraph("To", sheet.Left, half - 20, Typeface.Regular, 8, Ink.Gray);
        sheet.Paragraph(facts.PublisherName, sheet.Left, half - 20, Typeface.Bold, 11, Ink.Black);
        foreach (var line in new[] { facts.ContactName, facts.BillingEmail }.Where(l => !string.IsNullOrWhiteSpace(l)))
            sheet.Paragraph(line!, sheet.Left, half - 20, Typeface.Regular, 9, Ink.Black);
        var left = sheet.Y;

        sheet.Y = top;
        var x = sheet.Left + half;
        sheet.Paragraph($"Statement for {LineReason.Month(statement.Content.Month)}", x, half, Typeface.Bold, 13, Ink.Black);
        sheet.Y += 3;
        sheet.Entry("Number", statement.Number, x, 70, half, 9);
        sheet.Entry("Currency", statement.Content.Currency, x, 70, half, 9);
        if (statement.IssuedAt is { } issued && statement.Status == StatementStatus.Issued)
        {
            var day = Days.Of(issued);
            sheet.Entry("Issued", LineReason.Day(day), x, 70, half, 9);
            if (total > 0)
                sheet.Entry("Payable by", LineReason.Day(day.AddDays(from.PaymentTermsDays)), x, 70, half, 9);
        }
        else
        {
            sheet.Paragraph("DRAFT: not issued, figures may still change.", x, half, Typeface.Bold, 9, Ink.Alarm);
        }
        sheet.Y = Math.Max(left, sheet.Y) + 16;
        sheet.Canvas.Box(sheet.Left, sheet.Y, sheet.Right - sheet.Left, 30, Ink.Pale);
        sheet.Put(sheet.Left + 10, sheet.Y + 19, total < 0 ? "Credit in our favour" : "Amount due", Typeface.Regular, 10, Ink.Black);
        sheet.Put(sheet.Right - 10, sheet.Y + 20, Money.Format(total, statement.Content.Currency), Typeface.Bold, 13, Ink.Black, Align.Right);
        sheet.Y += 46;
    }

    private static void Month(Sheet sheet, StatementContent content)
    {
        var facts = content.Facts;
        Title(sheet, $"What was watched in {LineReason.Month(content.Month)}");
        Line(sheet, "Revenue pool", facts.PoolCents is { } pool ? Money.Format(pool, content.Currency) : $"none entered in {content.Currency}");
        Line(sheet, "All books", LineReason.Seconds(facts.AllSeconds));
        Line(sheet, "Your books", LineReason.Seconds(facts.PublisherSeconds));
        sheet.Y += 10;
    }

    private static void Contract(Sheet sheet, StatementContract contract, string currency)
    {
        sheet.Need(6 * Text * 1.4);
        Title(sheet, contract.Name);
        Line(sheet, "Term", $"{LineReason.Day(contract.StartDate)} to {LineReason.Day(contract.EndDate)}"
            + (contract.TerminatedOn is { } last ? $", terminated; its last day is {LineReason.Day(last)}" : ""));
        Line(sheet, "Agreed", string.Join("; ", Terms(contract, currency)));
        Line(sheet, "Held", contract is { FirstDay: { } first, LastDay: { } end }
            ? $"{contract.DaysHeld} of {contract.DaysInMonth} days, {LineReason.Day(first)} to {LineReason.Day(end)}; {LineReason.Seconds(contract.Seconds)} watched of your books"
            : "on no day of this month; earlier months are adjusted");
        Line(sheet, "Earned", $"{Money.Format(contract.RevenueShareCents, currency)} share of revenue, {Money.Format(contract.FeeCents, currency)} fee"
            + (contract is { GuaranteeCents: { } guarantee, MinimumGuaranteeBasis: GuaranteeBasis.Monthly } ? $"; guaranteed for the days held: {Money.Format(guarantee, currency)}" : ""));
        if (contract.Term is { } term)
        {
            Line(sheet, "Advance", $"{Money.Format(term.EarnedCents, currency)} earned of {Money.Format(contract.MinimumGuaranteeCents ?? 0, currency)}; "
                + $"{Money.Format(term.UnrecoupedCents, currency)} still to be earned; {Money.Format(term.PaidBeforeCents, currency)} paid in earlier months");
        }
        sheet.Y += 10;
    }

    private static IEnumerable<string> Terms(StatementContract contract, string currency)
    {
        if (contract.RevShareBps is { } share)
            yield return $"{LineReason.Percent(share)} of the revenue pool by seconds watched";
        if (contract.FlatFeeCents is { } fee)
            yield return $"{Money.Format(fee, currency)} a month";
        if (contract.MinimumGuaranteeCents is { } guarantee)
            yield return $"minimum guarantee of {Money.Format(guarantee, currency)} "
                + (contract.MinimumGuaranteeBasis == GuaranteeBasis.Term ? "over the term, paid ahead and recouped" : "a month");
    }

    private static void Proof(Sheet sheet, StatementDocument statement)
    {
        sheet.Need(80);
        sheet.Y += 18;
        if (statement.ContentHash is not { } hash || statement.Status == StatementStatus.Draft)
        {
            sheet.Paragraph(
                "This is a draft. It is computed again whenever usage, revenue or terms change, and has no content hash until it is issued.",
                sheet.Left, sheet.Right - sheet.Left, Typeface.Regular, 7.5, Ink.Gray);
            return;
        }
        sheet.Paragraph("SHA-256 of this statement's content", sheet.Left, sheet.Right - sheet.Left, Typeface.Bold, 7.5, Ink.Black);
        sheet.Paragraph(hash, sheet.Left, sheet.Right - sheet.Left, Typeface.Regular, 7.5, Ink.Black);
        sheet.Paragraph(
            $"How to check it: ask for the canonical content of {statement.Number} (a JSON file with the facts and lines above) and compute its SHA-256, for example with sha256sum. "
            + "It must be this one: an issued statement never changes, and late usage is an adjustment on a later statement.",
            sheet.Left, sheet.Right - sheet.Left, Typeface.Regular, 7.5, Ink.Gray);
    }

    private static void Feet(Sheet sheet, StatementDocument statement)
    {
        for (var page = 0; page < sheet.Canvas.Pages; page++)
        {
            sheet.Canvas.Select(page);
            var y = sheet.Canvas.Height - Sheet.Margin;
            sheet.Canvas.Line(sheet.Left, sheet.Right, y - 12, Ink.Light);
            var left = statement.Status == StatementStatus.Draft ? $"{statement.Number} · DRAFT" : statement.Number;
            sheet.Put(sheet.Left, y, left, Typeface.Regular, 7.5, Ink.Gray);
            sheet.Put(sheet.Right, y, string.Create(CultureInfo.InvariantCulture, $"Page {page + 1} of {sheet.Canvas.Pages}"), Typeface.Regular, 7.5, Ink.Gray, Align.Right);
        }
    }

    private static void Title(Sheet sheet, string text) => sheet.Paragraph(text, sheet.Left, sheet.Right - sheet.Left, Typeface.Bold, 10, Ink.Black);

    private static void Line(Sheet sheet, string label, string text) => sheet.Entry(label, text, sheet.Left, 80, sheet.Right - sheet.Left, Text);
}
