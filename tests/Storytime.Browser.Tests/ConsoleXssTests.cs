using System.Text.Json;
using Microsoft.Playwright;
using Storytime.Browser.Tests.Testing;

namespace Storytime.Browser.Tests;

/// <summary>Fifty hostile texts in every text that a page shows and in every field that one may type into: each is text, and nothing else.</summary>
public sealed class ConsoleXssTests(HostileStorytime hostile) : IClassFixture<HostileStorytime>
{
    /// <summary>What no page of ours has in it, and every payload would bring.</summary>
    private const string Injected =
        """
        () => [...document.querySelectorAll('*')].filter(e => !e.closest('template[data-ours]') && (
            [...e.attributes].some(a => /^on/i.test(a.name) || /^\s*javascript:/i.test(a.value) && ['href', 'src', 'action', 'data', 'xlink:href'].includes(a.name))
            || e.matches('[srcdoc], marquee, object, embed, math, noscript, svg script, svg animate, script:not([src]), [src*="x.test"], link[href*="x.test"], base[href*="x.test"], meta[http-equiv]')))
          .map(e => e.outerHTML.slice(0, 200))
        """;

    private static readonly Dictionary<string, string[]> Queries = new()
    {
        ["start"] = [],
        ["books"] = ["q", "status"],
        ["rights"] = ["q", "territory", "from", "to"],
        ["videos"] = ["status"],
        ["publishers"] = ["q", "status"],
        ["contracts"] = ["q", "status", "holds_on"],
        ["reports"] = ["from", "to", "group_by", "territory"],
        ["reports-finishing"] = ["from", "to"],
        ["revenue"] = ["currency"],
        ["statements"] = ["month", "q", "status"],
        ["support"] = ["q"],
        ["support-attempts"] = ["outcome", "refusal", "from", "to"],
        ["support-refusal"] = ["at"],
        ["audit"] = ["action", "subject_type", "from", "to"],
        ["staff"] = ["role"],
        ["sign-in"] = ["then", "done"],
        ["uploads"] = ["book"],
    };

    private static readonly string Everything = string.Join(' ', Hostile.Payloads);

    public static TheoryData<string> Pages => ConsolePages.Names;

    public static TheoryData<string> PagesWithDialog => ConsolePages.NamesWithDialog;

    [Fact]
    public void There_are_fifty() => Hostile.Payloads.Distinct().Count().ShouldBe(50);

    [Theory]
    [InlineData("editor", "/admin/books?q={word}")]
    [InlineData("editor", "/admin/books/{book}")]
    [InlineData("editor", "/admin/rights?q={word}")]
    [InlineData("editor", "/admin/publishers?q={word}")]
    [InlineData("finance", "/admin/contracts?q={word}")]
    [InlineData("finance", "/admin/contracts/{contract}")]
    [InlineData("finance", "/admin/statements?month={month}&q={word}")]
    public async Task What_is_stored_is_shown_as_text(string role, string path)
    {
        await using var user = await hostile.Console.OpenPageAsync(role);
        await user.GoAsync(Fill(path));
        var shown = await ShownAsync(user.Page, Hostile.Payloads[^1]);
        Hostile.Payloads.Where(payload => !shown.Contains(payload, StringComparison.Ordinal)).ShouldBeEmpty();
        await UntouchedAsync(user);
    }

    [Theory]
    [InlineData("admin", "/admin")]
    [InlineData("editor", "/admin/videos")]
    [InlineData("editor", "/admin/videos/{video}")]
    [InlineData("finance", "/admin/statements/{statement}")]
    [InlineData("admin", "/admin/support?q=x.test")]
    [InlineData("admin", "/admin/support/{user}")]
    [InlineData("admin", "/admin/support/attempts")]
    [InlineData("admin", "/admin/audit")]
    [InlineData("admin", "/admin/staff")]
    [InlineData("admin", "/admin/staff/{staff}")]
    public async Task What_is_stored_runs_nowhere(string role, string path)
    {
        await using var user = await hostile.Console.OpenPageAsync(role);
        await user.GoAsync(Fill(path));
        await UntouchedAsync(user);
    }

    [Fact]
    public async Task Names_of_a_family_and_the_reasons_for_seeing_them_are_text()
    {
        await using var user = await hostile.Console.SignInAsync(hostile.Staff.Email, hostile.Staff.Password);
        await user.GoAsync($"/admin/support/{hostile.User}", "dl.facts");
        var reasons = Hostile.Packed(500);
        List<string> shown = [];
        foreach (var (child, index) in hostile.Children.Select((c, i) => (c, i)))
        {
            await user.Button($"Reveal names of child {child}").ClickAsync();
            await user.FillInDialogAsync("Reason", reasons[index % reasons.Count]);
            await user.DialogButton("Show the names").ClickAsync();
            await user.Page.Locator("#names").WaitForAsync();
            shown.Add((await user.Page.Locator("#names").TextContentAsync())!);
            await UntouchedAsync(user);
            await user.Page.Locator(".mud-dialog-actions button").ClickAsync();
            await user.Page.GetByRole(AriaRole.Dialog).WaitForAsync(new() { State = WaitForSelectorState.Detached });
        }
        // As names of children, and as names of the first one's devices.
        Hostile.Payloads.Where(payload => !shown[1..].Exists(s => s.Contains(payload, StringComparison.Ordinal))).ShouldBeEmpty();

        await user.GoAsync("/admin/audit?action=revealed", "tbody tr td");
        var kept = await ShownAsync(user.Page, Hostile.Payloads[^1]);
        Hostile.Payloads.Where(payload => !kept.Contains(payload, StringComparison.Ordinal)).ShouldBeEmpty();
        await UntouchedAsync(user);
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task What_is_typed_or_stands_in_an_address_is_text(string name)
    {
        var page = await ConsolePages.OfAsync(name, hostile.Console.Storytime);
        await using var user = await hostile.Console.OpenPageAsync(page.Role);
        await user.GoAsync(page.Path, page.Ready);
        await TypeEverythingAsync(user, "main");
        // What is typed stands in the address, too, where it filters; here is what no field takes. Others on each page, as servers take addresses of some kilobytes only.
        var (packs, at) = (Hostile.Packed(190), ConsolePages.All.ToList().FindIndex(p => p.Name == name));
        foreach (var text in new[] { packs[at % packs.Count], packs[(at + 6) % packs.Count] })
        {
            var query = Queries.GetValueOrDefault(name, ["q"]);
            await user.GoAsync($"{page.Path.Split('?')[0]}?{string.Join('&', query.Select(q => $"{q}={Uri.EscapeDataString(text)}"))}#{Uri.EscapeDataString(text)}");
            await UntouchedAsync(user);
        }
    }

    [Theory]
    [MemberData(nameof(PagesWithDialog))]
    public async Task What_is_typed_in_a_dialog_is_text(string name)
    {
        var page = await ConsolePages.OfAsync(name, hostile.Console.Storytime);
        await using var user = await hostile.Console.OpenPageAsync(page.Role);
        await user.GoAsync(page.Path, page.Ready);
        await user.Button(page.Dialog!).ClickAsync();
        await user.DialogButton("Cancel").WaitForAsync();
        await TypeEverythingAsync(user, "[role=dialog]");
    }

    /// <summary>All payloads at once in each field, and then as many at a time as the shortest of its kind take: what is too long is refused, and what is not is looked for.</summary>
    private static async Task TypeEverythingAsync(ConsoleUser user, string place)
    {
        var fields = user.Page.Locator($"{place} :is(input:not([type]), input[type=text], input[type=search], input[type=email], textarea):not([readonly]):not([disabled])");
        if (await fields.CountAsync() == 0)
            return;
        foreach (var text in (string[])[Everything, .. Hostile.Packed(190)])
        {
            for (var i = 0; i < await fields.CountAsync(); i++)
            {
                await fields.Nth(i).FillAsync(text);
                await fields.Nth(i).BlurAsync();
            }
            await user.SettleAsync();
            await UntouchedAsync(user);
        }
    }

    private string Fill(string path) => path.Replace("{word}", Hostile.Word, StringComparison.Ordinal).Replace("{book}", $"{hostile.Book}", StringComparison.Ordinal).Replace("{video}", $"{hostile.Video}", StringComparison.Ordinal)
        .Replace("{contract}", $"{hostile.Contract}", StringComparison.Ordinal).Replace("{statement}", $"{hostile.Statement}", StringComparison.Ordinal)
        .Replace("{month}", hostile.Month, StringComparison.Ordinal).Replace("{user}", $"{hostile.User}", StringComparison.Ordinal)
        .Replace("{staff}", $"{hostile.StaffAccount}", StringComparison.Ordinal);

    /// <summary>All text of the page's content, that in fields too.</summary>
    /// <param name="last">Is there when all is.</param>
    private static async Task<string> ShownAsync(IPage page, string last)
    {
        const string all = "() => document.querySelector('main').textContent + ' ' + [...document.querySelectorAll('main input, main textarea')].map(e => e.value).join(' ')";
        await page.WaitForFunctionAsync($"last => ({all})().includes(last)", last);
        return await page.EvaluateAsync<string>(all);
    }

    private static async Task UntouchedAsync(ConsoleUser user)
    {
        (await user.Page.EvaluateAsync<JsonElement>(Injected)).EnumerateArray().Select(e => e.GetString()).ShouldBeEmpty();
        user.Errors.ShouldBeEmpty();
    }
}
