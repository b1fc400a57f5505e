using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Storytime.Platform.Auth;
using Storytime.Platform.Errors;

namespace Storytime.Platform.OpenApi;

/// <summary>The OpenAPI 3.1 document: what the compiler cannot see (errors by convention, security, rules of values) is added here for all routes.</summary>
internal static class OpenApiSetup
{
    private const string AppToken = "app_token";
    private const string AdminToken = "admin_token";

    public static void AddStorytimeOpenApi(this IServiceCollection services) => services.AddOpenApi("v1", openApi =>
    {
        openApi.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        openApi.AddSchemaTransformer(Schemas.Describe);
        openApi.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "Storytime API",
                Version = "v1",
                Description = "A children's read-aloud video library. Parents choose the books, a child plays them. "
                    + "Times are RFC 3339 in UTC. Every answer that is not 2xx is an error envelope.",
                License = new OpenApiLicense { Name = "MIT", Identifier = "MIT" },
            };
            document.Servers = [new OpenApiServer { Url = "/" }];
            document.AddComponent<IOpenApiSecurityScheme>(AppToken, Bearer("A parent's access token, or a child session's token where it is allowed."));
            document.AddComponent<IOpenApiSecurityScheme>(AdminToken, Bearer("A staff access token of /admin/api/v1/auth/login."));
            return Task.CompletedTask;
        });
        openApi.AddOperationTransformer(DescribeOperation);
    });

    private static async Task DescribeOperation(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken ct)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var policies = metadata.OfType<IAllowAnonymous>().Any() ? [] : metadata.OfType<IAuthorizeData>().Select(a => a.Policy).ToArray();
        if (policies.Length > 0)
        {
            var scheme = policies.Any(p => p is Policy.Parent or Policy.Viewer) ? AppToken : AdminToken;
            operation.Security = [new() { [new OpenApiSecuritySchemeReference(scheme, context.Document)] = [] }];
        }

        // A body that the handler reads for itself says by this what it is.
        if (metadata.OfType<BodyIs>().FirstOrDefault() is { } body)
        {
            var isText = body.Type == typeof(string);
            if (!isText)
                context.Document!.AddComponent(body.Type.Name, await context.GetOrCreateSchemaAsync(body.Type, null, ct));
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = true,
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    [body.ContentType] = new()
                    {
                        Schema = isText ? new OpenApiSchema { Type = JsonSchemaType.String } : new OpenApiSchemaReference(body.Type.Name, context.Document),
                    },
                },
            };
        }

        context.Document!.AddComponent(nameof(ErrorEnvelope), await context.GetOrCreateSchemaAsync(typeof(ErrorEnvelope), null, ct));
        operation.Responses ??= [];
        foreach (var error in ConventionalErrors.Of(context.Description, policies.Length > 0))
        {
            operation.Responses.TryAdd(error.Status, new OpenApiResponse
            {
                Description = error.Meaning,
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    ["application/json"] = new()
                    {
                        Schema = new OpenApiSchemaReference(nameof(ErrorEnvelope), context.Document),
                        Example = error.Example,
                    },
                },
            });
        }
    }

    private static OpenApiSecurityScheme Bearer(string description) =>
        new() { Type = SecuritySchemeType.Http, Scheme = "bearer", BearerFormat = "JWT", Description = description };
}

/// <summary>Endpoint metadata: the body that a handler reads for itself.</summary>
internal sealed record BodyIs(Type Type, string ContentType = "application/json");

/// <summary>Endpoint metadata: error statuses besides those that every such route can answer.</summary>
internal sealed record MayAnswer(IReadOnlyList<int> Statuses);

internal static class MayAnswerMetadata
{
    public static RouteHandlerBuilder MayAnswer(this RouteHandlerBuilder route, params int[] statuses) => route.WithMetadata(new MayAnswer(statuses));
}
