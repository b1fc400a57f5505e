using UglyToad.PdfPig.Core;
using UglyToad.PdfPig.Writer;

namespace Storytime.Reporting.Pdf;

/// <summary>The fonts in a document: of each file the characters that are shown, as many to a font as PdfPig can embed, so that a long Chinese list has several.</summary>
internal sealed class EmbeddedFonts
{
    private readonly Dictionary<(TrueTypeFile Font, char Character), PdfDocumentBuilder.AddedFont> _fonts = [];

    public EmbeddedFonts(PdfDocumentBuilder document, Dictionary<TrueTypeFile, List<char>> characters)
    {
        foreach (var (font, all) in characters)
        {
            foreach (var some in all.Chunk(TrueTypeSubset.MostCharacters))
            {
                var added = document.AddTrueTypeFont(TrueTypeSubset.Of(font, some));
                foreach (var character in some)
                    _fonts[(font, character)] = added;
            }
        }
    }

    /// <param name="y">From the bottom, as PDF has it.</param>
    public void Show(PdfPageBuilder page, double x, double y, string text, Typeface face, double size)
    {
        for (var i = 0; i < text.Length;)
        {
            var font = FontOf(i);
            var end = i + 1;
            while (end < text.Length && ReferenceEquals(FontOf(end), font))
                end++;
            page.AddText(text[i..end], size, new PdfPoint(x, y), font);
            x += face.WidthOf(text[i..end], size);
            i = end;
        }

        PdfDocumentBuilder.AddedFont FontOf(int at) => _fonts[(face.FontOf(text[at]), text[at])];
    }
}
