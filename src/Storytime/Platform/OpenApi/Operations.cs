using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Storytime.Platform.Errors;

namespace Storytime.Platform.OpenApi;

/// <summary>Completes each operation with what the generator cannot see: who may call, errors by convention, examples, headers, ids in the address.</summary>
internal static class Operations
{
    public static async Task Describe(OpenApiOperation operation, OpenApiOperationTransformerContext context, ApiExamples examples, CancellationToken ct)
    {
        var (route, document) = (context.Description, context.Document!);
        var metadata = route.ActionDescriptor.EndpointMetadata;
        operation.Security = Access.Of(metadata, document);
        SplitSummary(operation, Access.RolesOf(metadata));
        foreach (var parameter in operation.Parameters ?? [])
            DescribeId((OpenApiParameter)parameter, route.RelativePath!);
        foreach (var query in route.ParameterDescriptions.Where(p => p.Source.Id == "Query"))
        {
            if (operation.Parameters?.FirstOrDefault(p => p.Name == query.Name) is OpenApiParameter parameter)
                parameter.Description ??= MemberDocs.Of(query);
        }

        var body = metadata.OfType<BodyIs>().FirstOrDefault();
        if (body is not null)
            operation.RequestBody = await BodyAsync(body, context, ct);
        var bodyType = body?.Type ?? route.ParameterDescriptions.FirstOrDefault(p => p.Source.Id == "Body")?.Type;
        if (bodyType is not null && JsonOf(operation.RequestBody?.Content) is { } request)
        {
            // A body that may be left out: that is said by required, no client has to send the word null.
            if (request.Schema is OpenApiSchema { OneOf: { } choices } && choices.OfType<OpenApiSchemaReference>().SingleOrDefault() is { } only)
                request.Schema = only;
            examples.Describe(request, bodyType);
        }

        foreach (var answer in route.SupportedResponseTypes)
        {
            if (operation.Responses?.GetValueOrDefault($"{answer.StatusCode}") is not OpenApiResponse response)
                continue;
            if (answer.Type is { } type && JsonOf(response.Content) is { } content)
                examples.Describe(content, type, answer.StatusCode);
            DescribeHeaders(response, answer.StatusCode, metadata);
        }

        document.AddComponent(nameof(ErrorEnvelope), await context.GetOrCreateSchemaAsync(typeof(ErrorEnvelope), null, ct));
        operation.Responses ??= [];
        ErrorResponses.Describe(operation, route, examples, document);
    }

    private static OpenApiMediaType? JsonOf(IDictionary<string, OpenApiMediaType>? content) =>
        content is not null && content.TryGetValue("application/json", out var body) ? body : null;

    /// <summary>The first sentence is the summary, all of it the description.</summary>
    private static void SplitSummary(OpenApiOperation operation, string? roles)
    {
        var text = (operation.Summary ?? "").ReplaceLineEndings(" ");
        var end = text.IndexOf(". ", StringComparison.Ordinal);
        operation.Summary = end < 0 ? text.TrimEnd('.') : text[..end];
        operation.Description = string.Join(' ', new[] { text, operation.Description?.ReplaceLineEndings(" "), roles }.Where(t => !string.IsNullOrWhiteSpace(t)));
    }

    /// <summary><c>/children/{id}/library_items/{bookId}</c>: the id of the child, the id of the book.</summary>
    private static void DescribeId(OpenApiParameter parameter, string path)
    {
        if (parameter is { In: ParameterLocation.Path, Name: "month", Schema: OpenApiSchema month })
        {
            parameter.Description ??= "The month, from 2000-01 to 2100-12.";
            month.Pattern = "^[0-9]{4}-[0-9]{2}$";
            parameter.Example = "2026-02";
            return;
        }
        if (parameter is not { In: ParameterLocation.Path, Schema: OpenApiSchema { Format: "int64" or "uuid" } schema })
            return;
        var segments = path.Split('/');
        var collection = segments[Array.FindIndex(segments, s => s.StartsWith($"{{{parameter.Name}", StringComparison.Ordinal)) - 1];
        if (schema.Format == "uuid")
        {
            parameter.Description ??= $"The {parameter.Name} of the {Singular(collection)}.";
            return;
        }
        var thing = parameter.Name == "id" ? Singular(collection) : parameter.Name![..^"Id".Length];
        parameter.Description ??= $"Id of the {thing.Replace('_', ' ')}.";
        schema.Minimum = "1";
        parameter.Example = 42;
    }

    private static string Singular(string collection) => collection == "children" ? "child" : collection.TrimEnd('s');

    private static async Task<OpenApiRequestBody> BodyAsync(BodyIs body, OpenApiOperationTransformerContext context, CancellationToken ct)
    {
        IOpenApiSchema schema = new OpenApiSchema { Type = JsonSchemaType.String };
        if (body.Type != typeof(string))
            schema = await ComponentAsync(body.Type, context, ct);
        return new OpenApiRequestBody { Required = true, Content = new Dictionary<string, OpenApiMediaType> { [body.ContentType] = new() { Schema = schema } } };
    }

    /// <summary>A type that no handler has as a parameter, with the types of its lists.</summary>
    private static async Task<OpenApiSchemaReference> ComponentAsync(Type type, OpenApiOperationTransformerContext context, CancellationToken ct)
    {
        var schema = await context.GetOrCreateSchemaAsync(type, null, ct);
        foreach (var member in type.GetProperties())
        {
            if (member.PropertyType.IsGenericType && member.PropertyType.GetGenericArguments() is [var item] && Schemas.IsRequest(item))
                ((OpenApiSchema)schema.Properties![System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(member.Name)]).Items = await ComponentAsync(item, context, ct);
        }
        context.Document!.AddComponent(type.Name, schema);
        return new OpenApiSchemaReference(type.Name, context.Document);
    }

    private static void DescribeHeaders(OpenApiResponse response, int status, IList<object> metadata)
    {
        if (status is StatusCodes.Status201Created or StatusCodes.Status202Accepted && !metadata.OfType<NoLocationAttribute>().Any())
            Add("Location", "Where what was made can be read.", "uri-reference", "/api/v1/children/42");
        if (status == StatusCodes.Status204NoContent && metadata.OfType<GivesReceiptAttribute>().Any())
            Add("Location", "The receipt: it can be read without a token, and says when everything is erased.", "uri-reference", "/api/v1/privacy/erasures/6f1c2f9e-5a0b-4c0e-9a52-3c1b7d0e8f44");
        if (status == StatusCodes.Status201Created && metadata.OfType<SetsCookiesAttribute>().Any())
            Add("Set-Cookie", "Three of them, the same as `cookies` of the body: for browsers.", null,
                "CloudFront-Key-Pair-Id=K2JCJMDEHXQW5F; domain=example.com; path=/books/123/; secure; samesite=lax; httponly");

        void Add(string name, string description, string? format, string example)
        {
            response.Headers ??= new Dictionary<string, IOpenApiHeader>();
            response.Headers[name] = new OpenApiHeader
            {
                Description = description,
                Required = true,
                Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = format },
                Example = example,
            };
        }
    }
}
