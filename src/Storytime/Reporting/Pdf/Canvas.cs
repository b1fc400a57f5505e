using System.Security.Cryptography;
using System.Text;
using UglyToad.PdfPig.Core;
using UglyToad.PdfPig.Graphics.Operations.SpecialGraphicsState;
using UglyToad.PdfPig.Writer;

namespace Storytime.Reporting.Pdf;

internal enum Align
{
    Left,
    Right,
    Center,
}

/// <summary>A shade of text or line.</summary>
internal readonly record struct Ink(byte Red, byte Green, byte Blue)
{
    public static readonly Ink Black = new(30, 34, 40);
    public static readonly Ink Gray = new(105, 112, 120);
    public static readonly Ink Light = new(205, 209, 214);
    public static readonly Ink Pale = new(242, 244, 246);
    public static readonly Ink Alarm = new(176, 32, 32);
    public static readonly Ink Watermark = new(243, 228, 228);
}

/// <summary>
/// Pages of text, lines and boxes. Points (1/72 inch) from the left and from the top; text stands on its y. What is drawn is only
/// gathered at first: which glyphs a font must have is known at the end.
/// Text is drawn as it is given, so it must come from <see cref="Typeface.Printable"/>.
/// </summary>
internal sealed class Canvas(double width, double height)
{
    private readonly List<List<Action<PdfPageBuilder, EmbeddedFonts>>> _pages = [];
    private readonly Dictionary<TrueTypeFile, List<char>> _characters = [];
    private int _current = -1;

    public double Width => width;

    public double Height => height;

    public int Pages => _pages.Count;

    public void AddPage()
    {
        _pages.Add([]);
        _current = _pages.Count - 1;
    }

    /// <summary>Goes back to a page, from 0.</summary>
    public void Select(int page) => _current = page;

    public void Text(double x, double y, string text, Typeface face, double size, Ink ink, Align align = Align.Left)
    {
        var left = align switch { Align.Right => x - face.WidthOf(text, size), Align.Center => x - (face.WidthOf(text, size) / 2), _ => x };
        Gather(text, face);
        Draw((page, fonts) =>
        {
            page.SetTextAndFillColor(ink.Red, ink.Green, ink.Blue);
            fonts.Show(page, left, height - y, RightToLeft.Visual(text), face, size);
            page.ResetColor();
        });
    }

    /// <summary>Large and slanted over the middle of the page.</summary>
    public void Watermark(string text, double size)
    {
        var (half, slant) = (Typeface.Bold.WidthOf(text, size) / 2, Math.Sqrt(0.5));
        Gather(text, Typeface.Bold);
        Draw((page, fonts) =>
        {
            page.CurrentStream.Operations.Add(Push.Value);
            page.SetTextAndFillColor(Ink.Watermark.Red, Ink.Watermark.Green, Ink.Watermark.Blue);
            page.CurrentStream.Operations.Add(new ModifyCurrentTransformationMatrix([slant, slant, -slant, slant, width / 2, height / 2]));
            fonts.Show(page, -half, -size / 3, text, Typeface.Bold, size);
            page.CurrentStream.Operations.Add(Pop.Value);
            page.ResetColor();
        });
    }

    public void Line(double fromX, double toX, double y, Ink ink, double thickness = 0.5) => Draw((page, _) =>
    {
        page.SetStrokeColor(ink.Red, ink.Green, ink.Blue);
        page.DrawLine(new PdfPoint(fromX, height - y), new PdfPoint(toX, height - y), thickness);
        page.ResetColor();
    });

    public void Box(double x, double top, double boxWidth, double boxHeight, Ink ink) => Draw((page, _) =>
    {
        page.SetTextAndFillColor(ink.Red, ink.Green, ink.Blue);
        page.SetStrokeColor(ink.Red, ink.Green, ink.Blue);
        page.DrawRectangle(new PdfPoint(x, height - top - boxHeight), boxWidth, boxHeight, 0.1, fill: true);
        page.ResetColor();
    });

    /// <summary>The file; the same for the same calls.</summary>
    public byte[] Build(string title, string author)
    {
        using var document = new PdfDocumentBuilder();
        document.DocumentInformation.Title = title;
        document.DocumentInformation.Author = author;
        document.DocumentInformation.Producer = "Storytime";
        var fonts = new EmbeddedFonts(document, _characters);
        foreach (var drawings in _pages)
        {
            var page = document.AddPage(width, height);
            foreach (var drawing in drawings)
                drawing(page, fonts);
        }
        return WithOwnId(document.Build());
    }

    /// <summary>PdfPig draws the two ids of a file (ISO 32000-1, 14.4) at random; these follow from what is in it.</summary>
    private static byte[] WithOwnId(byte[] file)
    {
        var at = file.AsSpan().LastIndexOf("/ID [ <"u8);
        var hash = Encoding.ASCII.GetBytes(Convert.ToHexString(SHA256.HashData(file.AsSpan(..at)))[..32]);
        foreach (var id in new[] { at + "/ID [ <".Length, at + "/ID [ <".Length + 32 + "><".Length })
            hash.CopyTo(file.AsSpan(id));
        return file;
    }

    private void Draw(Action<PdfPageBuilder, EmbeddedFonts> drawing) => _pages[_current].Add(drawing);

    private void Gather(string text, Typeface face)
    {
        foreach (var character in RightToLeft.Visual(text))
        {
            var font = face.FontOf(character);
            if (!_characters.TryGetValue(font, out var characters))
                _characters[font] = characters = [];
            if (!characters.Contains(character))
                characters.Add(character);
        }
    }
}
