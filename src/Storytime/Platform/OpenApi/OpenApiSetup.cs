using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;

namespace Storytime.Platform.OpenApi;

/// <summary>The OpenAPI 3.1 document: what the compiler cannot see (errors by convention, security, rules of values) is added here for all routes.</summary>
internal static class OpenApiSetup
{
    public const string DocumentName = "v1";

    private const string Conventions = """
        A children's read-aloud video library: parents choose the books that their child may watch, and a child plays them.

        **Bodies** are JSON in UTF-8 with names in `snake_case`. Members that are not known are ignored, so new ones may come at any time. In a request, a member
        that is `null` is the same as one that is not there, unless the schema says that it clears something.

        **Ids** are integers. **Times** are RFC 3339 in UTC, such as `2026-02-25T20:00:00Z`; in a request any offset will do. What belongs to someone else is `404`, as if it were not there.

        **Lists** come in pages: `?page=` from 1, `?per_page=` from 1 to 100 (25 when it is not given). The answer is `{ "data": [...], "pagination": { "page", "per_page", "total", "total_pages" } }`.

        **Errors**, whoever answers them, are `{ "error": { "code", "message", "details": {} } }`. `code` is stable and for programs, `message` is for people and may change,
        `details` tells more where there is more: for `validation_failed` the messages by field. Each response lists its codes; an app treats one that it does not know by its status.

        **Signing in**: `/api/v1/auth/register` and `/api/v1/auth/login` give a short-lived `jwt`, sent as `Authorization: Bearer …`, and a `refresh_token` that is good for one use.
        On `401` with the code `token_expired` refresh once and repeat the call; on `unauthenticated` sign in again (`invalid_credentials` is about the password that was sent). A device in child mode has a token of its own (`child_session`).
        """;

    private static readonly Dictionary<string, string> _tags = new()
    {
        ["Accounts"] = "A parent's account: registering, signing in, staying signed in.",
        ["Consent"] = "The consent ledger: what a parent accepted, when and how; no child is added before.",
        ["Children"] = "The children of a parent, and the devices that are handed to them.",
        ["Screen time"] = "How much and when a child may watch, day by day, and what holds for today only.",
        ["Catalog"] = "The books that a parent can choose from.",
        ["Library"] = "The books that a parent put on a child's shelf.",
        ["Playback"] = "May this child watch this book now? If so, the cookies that open it.",
        ["Usage"] = "What players report: the minutes watched, and where a child goes on.",
        ["Privacy"] = "What is stored, for how long, all of it as a file, and its erasure.",
        ["Admin: sign-in"] = "Staff accounts and their tokens.",
        ["Admin: dashboard"] = "What needs a person now, and how it goes.",
        ["Admin: publishers"] = "Publishers, whose books are watched under contract.",
        ["Admin: books"] = "Books of the catalog and their covers.",
        ["Admin: rights windows"] = "When and where a publisher's book may be watched.",
        ["Admin: contracts"] = "What publishers are paid, and for which days.",
        ["Admin: revenue"] = "The revenue of each month that publishers with a share of it have a part in.",
        ["Admin: videos"] = "Master videos on their way to what children watch: uploads, encodes, versions.",
        ["Admin: reports"] = "What is watched, by how many children, and how far they get.",
        ["Admin: statements"] = "What publishers are owed, month by month: drafts, what is issued for good, and how to check it.",
        ["Admin: support"] = "What support looks at when a family asks.",
        ["Admin: operations"] = "Who did what, who may, and the keys that are in use.",
        ["Webhooks"] = "What AWS delivers.",
    };

    public static void AddStorytimeOpenApi(this IServiceCollection services, Func<IEnumerable<ApiExample>> examples)
    {
        services.AddSingleton(s => new ApiExamples(examples, s.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions));
        services.AddOpenApi(DocumentName, openApi =>
        {
            openApi.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
            openApi.AddSchemaTransformer(Schemas.Describe);
            openApi.AddOperationTransformer((operation, context, ct) =>
                Operations.Describe(operation, context, context.ApplicationServices.GetRequiredService<ApiExamples>(), ct));
            openApi.AddDocumentTransformer((document, _, _) =>
            {
                Describe(document);
                return Task.CompletedTask;
            });
        });
    }

    private static void Describe(OpenApiDocument document)
    {
        document.Info = new OpenApiInfo
        {
            Title = "Storytime API",
            Version = "1.0",
            Description = Conventions,
            Contact = new OpenApiContact { Name = "The people who run this Storytime" },
            License = new OpenApiLicense { Name = "MIT", Identifier = "MIT" },
        };
        document.Servers = [new OpenApiServer { Url = "/", Description = "Where this document is." }];
        document.Tags = document.Tags?.OrderBy(t => _tags.Keys.ToList().IndexOf(t.Name!)).ToHashSet();
        foreach (var tag in document.Tags ?? new HashSet<OpenApiTag>())
            tag.Description = _tags.GetValueOrDefault(tag.Name!);
        Access.AddSchemes(document);
        Schemas.SettleEnums(document);
        Schemas.SettleLists(document);
        // Of handlers that read their body for themselves; nothing refers to it.
        document.Components?.Schemas?.Remove("JsonElement");
    }
}
