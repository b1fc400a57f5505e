using System.Text.Json;
using Deque.AxeCore.Commons;

namespace Storytime.Browser.Tests.Testing;

/// <summary>axe-core, which finds what keeps people out: https://github.com/dequelabs/axe-core</summary>
internal static class Axe
{
    private static readonly string Script = new BundledAxeScriptProvider().GetScript();

    /// <summary>Its rules that are broken, with what breaks them; only those that it calls serious or critical.</summary>
    public static async Task<IReadOnlyList<string>> FindAsync(ConsoleUser user)
    {
        // By the debugger's way into the page, for which the content security policy does not hold.
        if (!await user.Page.EvaluateAsync<bool>("() => !!window.axe"))
            await user.Page.EvaluateAsync($"() => {{ {Script} }}");
        var found = await user.Page.EvaluateAsync<JsonElement>(
            """
            async () => {
              // Colours that are still on their way to others are nobody's.
              document.getAnimations().forEach(animation => { try { animation.finish(); } catch { /* one without an end */ } });
              return (await axe.run(document, { resultTypes: ['violations'] })).violations.filter(v => v.impact === 'serious' || v.impact === 'critical')
              .flatMap(v => v.nodes.slice(0, 3).map(n => `${v.impact} ${v.id}: ${n.target} ${n.html.slice(0, 200)} ${n.any.map(c => c.message).join('; ').slice(0, 200)}`));
            }
            """);
        return [.. found.EnumerateArray().Select(v => v.GetString()!)];
    }
}
