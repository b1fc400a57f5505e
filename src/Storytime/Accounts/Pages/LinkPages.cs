using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Storytime.Platform.Errors;

namespace Storytime.Accounts.Pages;

/// <param name="Action">The path that the form is posted to: without the token, which is a field.</param>
/// <param name="Problem">What is wrong with the password that was sent.</param>
public sealed record LinkForm(string Action, string Token, string Button, bool AsksPassword = false, string? Problem = null);

public sealed record LinkPageContent(string Title, IReadOnlyList<string> Lines, LinkForm? Form = null);

/// <summary>What the form of a page sends: the link's token, and where one is asked for the new password; empty when it is not there.</summary>
internal sealed record LinkAnswer(string Token, string Password)
{
    public static async ValueTask<LinkAnswer?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        if (!context.Request.HasFormContentType)
            throw new BadHttpRequestException("A form is needed here.");
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        return new LinkAnswer(form["token"].ToString(), form["password"].ToString());
    }
}

/// <summary>
/// What the links in mails open where no app takes them. To look at a page changes nothing, because mail scanners open every link; its button does. There are
/// no scripts, cookies or files: only this page and its form.
/// </summary>
internal static class LinkPages
{
    public const string Style = """
        :root { color-scheme: light dark }
        body { margin: 0; padding: 1.5rem 1rem; background: #f6f2fb; color: #2b2140; font: 1.0625rem/1.5 system-ui, sans-serif }
        main { max-width: 30rem; margin: 0 auto; padding: 1.5rem; border-radius: .75rem; background: #fff }
        h1 { margin: 0 0 1rem; font-size: 1.5rem; line-height: 1.25 }
        p { margin: 0 0 1rem; overflow-wrap: anywhere }
        label { display: block; font-weight: 600 }
        input, button { box-sizing: border-box; width: 100%; min-height: 3rem; padding: .625rem .75rem; border-radius: .5rem; font: inherit }
        input { border: 2px solid #6f6585; background: #fff; color: inherit }
        button { margin-top: 1rem; border: 0; background: #5b3fa8; color: #fff; font-weight: 600; cursor: pointer }
        :focus-visible { outline: 3px solid #b05a00; outline-offset: 2px }
        .brand { color: #5b3fa8; font-weight: 700 }
        .hint { margin: 0 0 .5rem; color: #5d5470 }
        .problem { margin: 0 0 .5rem; color: #a4161a; font-weight: 600 }
        @media (prefers-color-scheme: dark) {
          body { background: #15101f; color: #f1ecfa }
          main { background: #221a33 }
          input { background: #15101f; border-color: #9d92b5 }
          .brand { color: #c3b0f5 }
          .hint { color: #c1b8d3 }
          .problem { color: #ff9d9f }
          :focus-visible { outline-color: #ffb765 }
        }
        """;

    private static readonly string _policy =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

    /// <summary>The address holds the token: it must not go out by a referrer, a cache, a frame or somebody's script.</summary>
    public static ValueTask<object?> Guard(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var headers = context.HttpContext.Response.Headers;
        headers.ContentSecurityPolicy = _policy;
        headers.CacheControl = "no-store";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        return next(context);
    }

    public static RazorComponentResult Page(string title, params string[] lines) => Page(new LinkPageContent(title, lines), 200);

    public static RazorComponentResult Page(LinkForm form, string title, params string[] lines) =>
        Page(new LinkPageContent(title, lines, form), form.Problem is null ? 200 : 422);

    /// <summary>It did not work; the error's sentences say what to do.</summary>
    public static RazorComponentResult Page(ApiError error, string title) => Page(
        new LinkPageContent(title, [.. error.Details.Count == 0 ? [error.Message] : error.Details.Values.OfType<string[]>().SelectMany(m => m)]), error.Status);

    /// <summary>Not typed by its page, which the generator of request delegates does not know.</summary>
    private static RazorComponentResult Page(LinkPageContent content, int status) =>
        new(typeof(LinkPage), new Dictionary<string, object?> { [nameof(LinkPage.Content)] = content }) { StatusCode = status };
}
