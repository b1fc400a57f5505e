using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace Storytime.Platform.OpenApi;

/// <summary>A believable body of the API, as an instance of its own record: it cannot drift from the schema.</summary>
/// <param name="Summary">Tells several examples of one type apart.</param>
/// <param name="Status">The only status that it is an answer of; null for a request, and for what every 2xx answers.</param>
internal sealed record ApiExample(object Body, string? Summary = null, int? Status = null)
{
    /// <summary>Times in examples: a bedtime, and what comes before and after it.</summary>
    public static readonly DateTimeOffset Now = new(2026, 2, 25, 20, 0, 0, TimeSpan.Zero);

    public static readonly DateTimeOffset Earlier = Now.AddDays(-20);

    public static readonly DateTimeOffset Later = Now.AddHours(11);
}

/// <summary>The examples by type. Nothing is made before somebody asks for the document.</summary>
internal sealed class ApiExamples(Func<IEnumerable<ApiExample>> all, JsonSerializerOptions json)
{
    private readonly Lazy<ILookup<Type, ApiExample>> _byType = new(() => all().ToLookup(e => e.Body.GetType()));

    /// <summary>Puts the examples of a type into a body: one as <c>example</c>, several as <c>examples</c> by name.</summary>
    public void Describe(OpenApiMediaType body, Type type, int? status = null)
    {
        var examples = Of(type, status);
        if (examples.Count == 1)
            body.Example = examples[0].Json;
        else if (examples.Count > 1)
            body.Examples = examples.ToDictionary(e => Name(e.Summary!), IOpenApiExample (e) => new OpenApiExample { Summary = e.Summary, Value = e.Json });
    }

    /// <summary>Each refusal by its code.</summary>
    public void Describe(OpenApiMediaType body, IReadOnlyList<Errors.ApiError> errors)
    {
        if (errors.Count == 1)
            body.Example = Node(errors[0].Envelope);
        else
            body.Examples = errors.ToDictionary(e => e.Code, IOpenApiExample (e) => new OpenApiExample { Summary = e.Message, Value = Node(e.Envelope) });
    }

    private List<(string? Summary, JsonNode Json)> Of(Type type, int? status)
    {
        if (!type.IsGenericType || type.GetGenericTypeDefinition() != typeof(Page<>))
            return [.. _byType.Value[type].Where(e => e.Status is null || status is null || e.Status == status).Select(e => (e.Summary, Node(e.Body)))];
        var rows = Of(type.GetGenericArguments()[0], status);
        return rows.Count == 0 ? [] : [(null, new JsonObject
        {
            ["data"] = new JsonArray([.. rows.Select(r => r.Json)]),
            ["pagination"] = Node(new Pagination(1, Paging.DefaultPerPage, rows.Count, 1)),
        })];
    }

    private JsonNode Node(object body)
    {
        var node = JsonSerializer.SerializeToNode(body, body.GetType(), json)!;
        // In a request null is the same as nothing, or clears something.
        if (Schemas.IsRequest(body.GetType()))
            RemoveNulls(node);
        return node;
    }

    private static void RemoveNulls(JsonNode? node)
    {
        foreach (var item in (node as JsonArray) ?? [])
            RemoveNulls(item);
        if (node is not JsonObject members)
            return;
        foreach (var (name, value) in members.ToList())
        {
            if (value is null)
                members.Remove(name);
            RemoveNulls(value);
        }
    }

    /// <summary><c>One PUT</c> → <c>one_put</c>.</summary>
    private static string Name(string summary) => summary.ToLowerInvariant().Replace(' ', '_');
}
