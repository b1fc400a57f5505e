using System.Text;

namespace Storytime.Tests.Reporting;

/// <summary>Reads CSV by the grammar of RFC 4180, section 2, and nothing else, so that it takes no file that other readers would not.</summary>
internal static class Rfc4180
{
    public static List<string[]> Read(string text)
    {
        List<string[]> rows = [];
        List<string> row = [];
        for (var i = 0; i < text.Length;)
        {
            var field = new StringBuilder();
            if (text[i] == '"')
            {
                for (i++; text[i] != '"' || (i + 1 < text.Length && text[i + 1] == '"'); i++)
                {
                    field.Append(text[i]);
                    if (text[i] == '"')
                        i++;
                }
                i++;
            }
            else
            {
                for (; text[i] is not (',' or '\r' or '\n' or '"'); i++)
                    field.Append(text[i]);
            }
            row.Add(field.ToString());
            if (text[i] == ',')
            {
                i++;
                continue;
            }
            text[i..(i + 2)].ShouldBe("\r\n", "a record ends with CRLF");
            i += 2;
            rows.Add([.. row]);
            row.Clear();
        }
        row.ShouldBeEmpty("the last record ends too");
        return rows;
    }
}
