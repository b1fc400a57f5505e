namespace Storytime.Reporting.Pdf;

/// <summary>Text that flows down a page and on to the next. Whatever text comes in is made printable.</summary>
internal sealed class Sheet
{
    public const double Margin = 50;

    private const double FootRoom = 34;

    public Sheet(double width, double height, Action<Sheet> beginPage)
    {
        Canvas = new Canvas(width, height);
        BeginPage = beginPage;
        NewPage();
    }

    public Canvas Canvas { get; }

    /// <summary>Draws what each page begins with.</summary>
    public Action<Sheet> BeginPage { get; set; }

    /// <summary>Where the next thing begins, from the top.</summary>
    public double Y { get; set; }

    public double Left { get; } = Margin;

    public double Right => Canvas.Width - Margin;

    public double Bottom => Canvas.Height - Margin - FootRoom;

    public void NewPage()
    {
        Canvas.AddPage();
        Y = Margin;
        BeginPage(this);
    }

    /// <summary>Goes to the next page where this height is not left on this one. What no page can hold begins where it is.</summary>
    public void Need(double height)
    {
        if (Y + height > Bottom && height < Bottom - (2 * Margin))
            NewPage();
    }

    /// <summary>One line, which the caller knows to be short enough.</summary>
    public void Put(double x, double y, string text, Typeface face, double size, Ink ink, Align align = Align.Left) =>
        Canvas.Text(x, y, face.Printable(text), face, size, ink, align);

    /// <summary>As many lines as it takes, and moves on below them.</summary>
    public void Paragraph(string text, double x, double width, Typeface face, double size, Ink ink)
    {
        foreach (var line in face.Wrap(face.Printable(text), width, size))
        {
            Need(size * 1.4);
            Y += size * 1.4;
            Canvas.Text(x, Y - (size * 0.35), line, face, size, ink);
        }
    }

    /// <summary>A label on the left and what it is about beside it.</summary>
    public void Entry(string label, string text, double x, double indent, double width, double size)
    {
        Need(size * 1.4);
        var (page, top) = (Canvas.Pages, Y);
        Put(x, Y + (size * 1.05), label, Typeface.Regular, size, Ink.Gray);
        Paragraph(text, x + indent, width - indent, Typeface.Regular, size, Ink.Black);
        if (Canvas.Pages == page && Y <= top)
            Y = top + (size * 1.4);
    }
}
