using System.Globalization;
using Storytime.Reporting.Pdf;

namespace Storytime.Reporting;

/// <summary>The lines of a statement by contract, each with its reason, over as many pages as they take, with a head on each.</summary>
internal sealed class StatementPdfTable
{
    private const double Text = 8.5;
    private const double Small = 6.4;
    private const double Gap = 12;

    private readonly Sheet _sheet;
    private readonly StatementContent _content;
    private readonly double _amount;
    private readonly double _children;
    private readonly double _minutes;
    private readonly double _description;

    /// <summary>Columns are as wide as their longest number, and the description has what is left.</summary>
    private StatementPdfTable(Sheet sheet, StatementContent content)
    {
        (_sheet, _content) = (sheet, content);
        var amounts = content.Lines.GroupBy(l => l.ContractId).Select(Sum).Concat(content.Lines.Select(l => l.AmountCents)).Append(content.TotalCents)
            .Select(c => Money.Number(c, content.Currency));
        _amount = sheet.Right;
        _children = _amount - Widest([$"Amount ({content.Currency})", .. amounts]) - Gap;
        _minutes = _children - Widest(["Children", .. content.Lines.Select(StatementCsv.Children)]) - Gap;
        _description = sheet.Left + Widest(["No.", $"{content.Lines.Count}"]) + Gap;
        DescriptionWidth = _minutes - Widest(["Minutes", .. content.Lines.Select(l => Minutes(l.SecondsWatched))]) - Gap - _description;
    }

    private double DescriptionWidth { get; }

    public static void Write(Sheet sheet, StatementContent content)
    {
        var table = new StatementPdfTable(sheet, content);
        sheet.Need(80);
        sheet.Y += 6;
        var beginPage = sheet.BeginPage;
        sheet.BeginPage = page =>
        {
            beginPage(page);
            table.Head();
        };
        table.Head();
        table.Body();
        table.Row("Total", content.TotalCents, ruled: true);
        sheet.BeginPage = beginPage;
    }

    private void Head()
    {
        _sheet.Canvas.Box(_sheet.Left, _sheet.Y, _sheet.Right - _sheet.Left, 17, Ink.Pale);
        var y = _sheet.Y + 11.5;
        _sheet.Put(_description - Gap, y, "No.", Typeface.Bold, Text, Ink.Black, Align.Right);
        _sheet.Put(_description, y, "Book or payment, and why", Typeface.Bold, Text, Ink.Black);
        _sheet.Put(_minutes, y, "Minutes", Typeface.Bold, Text, Ink.Black, Align.Right);
        _sheet.Put(_children, y, "Children", Typeface.Bold, Text, Ink.Black, Align.Right);
        _sheet.Put(_amount, y, $"Amount ({_content.Currency})", Typeface.Bold, Text, Ink.Black, Align.Right);
        _sheet.Y += 21;
    }

    private void Body()
    {
        if (_content.Lines.Count == 0)
            _sheet.Paragraph("Nothing was watched and nothing is owed.", _description, DescriptionWidth, Typeface.Regular, Text, Ink.Gray);
        foreach (var contract in _content.Lines.Select((line, i) => (Line: line, Position: i + 1)).GroupBy(l => l.Line.ContractId))
        {
            var name = contract.Key is null ? "Without a contract" : _content.Facts.Contracts.FirstOrDefault(c => c.Id == contract.Key)?.Name ?? $"Contract {contract.Key}";
            // The name is not left alone at the foot of a page.
            _sheet.Need(50);
            _sheet.Y += 4;
            _sheet.Paragraph(name, _sheet.Left, _sheet.Right - _sheet.Left, Typeface.Bold, Text, Ink.Black);
            _sheet.Y += 2;
            foreach (var (line, position) in contract)
                Line(line, position);
            if (contract.Key is not null)
                Row($"Subtotal of {name}", Sum(contract.Select(l => l.Line)), ruled: false);
        }
    }

    private void Line(StatementContentLine line, int position)
    {
        var title = Typeface.Regular.Wrap(Typeface.Regular.Printable(TitleOf(line)), DescriptionWidth, Text);
        var reason = Typeface.Regular.Wrap(Typeface.Regular.Printable(LineReason.Of(_content, line)), _sheet.Right - _description, Small);
        _sheet.Need((title.Count * Text * 1.4) + (reason.Count * Small * 1.35) + 6);
        for (var i = 0; i < title.Count; i++)
        {
            _sheet.Need(Text * 1.4);
            var y = _sheet.Y + Text;
            if (i == 0)
            {
                _sheet.Put(_description - Gap, y, $"{position}", Typeface.Regular, Text, Ink.Gray, Align.Right);
                _sheet.Put(_minutes, y, line.BookId is null && line.SecondsWatched == 0 ? "" : Minutes(line.SecondsWatched), Typeface.Regular, Text, Ink.Black, Align.Right);
                _sheet.Put(_children, y, StatementCsv.Children(line), Typeface.Regular, Text, Ink.Black, Align.Right);
                _sheet.Put(_amount, y, Money.Number(line.AmountCents, _content.Currency), Typeface.Regular, Text, Ink.Black, Align.Right);
            }
            _sheet.Canvas.Text(_description, y, title[i], Typeface.Regular, Text, Ink.Black);
            _sheet.Y += Text * 1.4;
        }
        foreach (var text in reason)
        {
            _sheet.Need(Small * 1.35);
            _sheet.Canvas.Text(_description, _sheet.Y + Small, text, Typeface.Regular, Small, Ink.Gray);
            _sheet.Y += Small * 1.35;
        }
        _sheet.Y += 3;
        _sheet.Canvas.Line(_sheet.Left, _sheet.Right, _sheet.Y, Ink.Light, 0.3);
        _sheet.Y += 3;
    }

    private void Row(string label, long cents, bool ruled)
    {
        var lines = Typeface.Bold.Wrap(Typeface.Bold.Printable(label), _children - Gap - _description, Text);
        _sheet.Need((lines.Count * Text * 1.4) + 12);
        _sheet.Y += 2;
        if (ruled)
            _sheet.Canvas.Line(_sheet.Left, _sheet.Right, _sheet.Y, Ink.Black, 1);
        _sheet.Y += 3;
        foreach (var (i, line) in lines.Index())
        {
            _sheet.Need(Text * 1.4);
            _sheet.Canvas.Text(_description, _sheet.Y + Text, line, Typeface.Bold, Text, Ink.Black);
            if (i == 0)
                _sheet.Put(_amount, _sheet.Y + Text, Money.Number(cents, _content.Currency), Typeface.Bold, Text, Ink.Black, Align.Right);
            _sheet.Y += Text * 1.4;
        }
        _sheet.Y += 6;
    }

    /// <summary>Of a book its title; else what it is, and of which contract unless that stands above.</summary>
    private string TitleOf(StatementContentLine line)
    {
        var kind = line.Kind switch
        {
            StatementLineKind.FlatFee => "Flat fee",
            StatementLineKind.MonthlyGuarantee => "Monthly guarantee",
            StatementLineKind.Advance => "Advance of the guarantee",
            StatementLineKind.Recoupment => "Recoupment of the advance",
            StatementLineKind.Adjustment => line.ForMonth is { } month ? $"Adjustment of {LineReason.Month(month)}" : "Adjustment",
            _ => null,
        };
        if (kind is null)
            return line.Description;
        var known = _content.Facts.Contracts.Any(c => c.Id == line.ContractId && c.Name == line.Description);
        return known || line.Description.Length == 0 ? kind : $"{kind}: {line.Description}";
    }

    private static double Widest(IEnumerable<string> texts) => texts.Max(t => Typeface.Bold.WidthOf(t, Text));

    private static string Minutes(long seconds) => (seconds / 60m).ToString("N2", CultureInfo.InvariantCulture);

    private static long Sum(IEnumerable<StatementContentLine> lines) => lines.Sum(l => l.AmountCents);
}
