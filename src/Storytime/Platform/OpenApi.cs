using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Storytime.Platform.Auth;
using Storytime.Platform.Errors;

namespace Storytime.Platform;

/// <summary>The OpenAPI 3.1 document: what the compiler cannot see (errors by convention, security, times) is added here for all routes.</summary>
internal static class OpenApiSetup
{
    private const string AppToken = "app_token";
    private const string AdminToken = "admin_token";

    public static void AddStorytimeOpenApi(this IServiceCollection services) => services.AddOpenApi("v1", openApi =>
    {
        openApi.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        openApi.AddSchemaTransformer((schema, context, _) =>
        {
            DescribeConverted(schema, context.JsonTypeInfo.Type, context.JsonPropertyInfo?.IsGetNullable ?? false);
            if (context.ParameterDescription?.ParameterDescriptor is IParameterInfoParameterDescriptor parameter
                && parameter.ParameterInfo.GetCustomAttributes(inherit: true).OfType<IWords>().FirstOrDefault() is { } words)
                schema.Enum = [.. words.All.Select(w => (System.Text.Json.Nodes.JsonNode)w)];
            return Task.CompletedTask;
        });
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
        openApi.AddOperationTransformer(async (operation, context, ct) =>
        {
            var metadata = context.Description.ActionDescriptor.EndpointMetadata;
            var policies = metadata.OfType<IAllowAnonymous>().Any() ? [] : metadata.OfType<IAuthorizeData>().Select(a => a.Policy).ToArray();
            if (policies.Length > 0)
            {
                var scheme = policies.Any(p => p is Policy.Parent or Policy.Viewer) ? AppToken : AdminToken;
                operation.Security = [new() { [new OpenApiSecuritySchemeReference(scheme, context.Document)] = [] }];
            }

            var envelope = await context.GetOrCreateSchemaAsync(typeof(ErrorEnvelope), null, ct);
            context.Document!.AddComponent(nameof(ErrorEnvelope), envelope);
            foreach (var (status, meaning) in Errors(operation, context, policies))
            {
                operation.Responses ??= [];
                operation.Responses.TryAdd(status, new OpenApiResponse
                {
                    Description = meaning,
                    Content = new Dictionary<string, OpenApiMediaType>
                    {
                        ["application/json"] = new() { Schema = new OpenApiSchemaReference(nameof(ErrorEnvelope), context.Document) },
                    },
                });
            }
        });
    });

    private static IEnumerable<(string, string)> Errors(OpenApiOperation operation, OpenApiOperationTransformerContext context, string?[] policies)
    {
        var path = context.Description.RelativePath ?? "";
        var reads = context.Description.HttpMethod == "GET";
        if (!reads || operation.Parameters is { Count: > 0 })
            yield return ("400", "The request could not be read: `invalid_request`.");
        if (policies.Length > 0)
        {
            yield return ("401", "No token, or one that is not valid: `unauthenticated`, `token_expired`.");
            yield return ("403", "The token may not be used here, or the request is refused; `code` says why.");
        }
        else if (path.Contains("auth/", StringComparison.Ordinal))
        {
            yield return ("401", "`invalid_credentials` or `unauthenticated`.");
            yield return ("429", "`rate_limited`; wait as long as `Retry-After` says.");
        }
        if (path.Contains('{'))
            yield return ("404", "There is no such thing, or it belongs to someone else: `not_found`.");
        if (context.Description.HttpMethod is "POST" or "PATCH" or "PUT")
        {
            yield return ("409", "It conflicts with what is there: `conflict`, `email_taken`.");
            yield return ("413", "The body is too large: `too_large`.");
            yield return ("415", "The body is not JSON: `unsupported_media_type`.");
        }
        yield return ("422", "A value cannot be accepted: `validation_failed`, `details` says which and why.");
        yield return ("500", "A fault on our side: `internal_error` with a trace id.");
    }

    private static OpenApiSecurityScheme Bearer(string description) =>
        new() { Type = SecuritySchemeType.Http, Scheme = "bearer", BearerFormat = "JWT", Description = description };

    /// <summary>Types with a converter of ours look empty to the schema generator.</summary>
    private static void DescribeConverted(OpenApiSchema schema, Type type, bool isNullableProperty)
    {
        var nullable = isNullableProperty || Nullable.GetUnderlyingType(type) is not null;
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type != typeof(DateTimeOffset) && type != typeof(string) && !type.IsEnum)
            return;
        schema.Type = JsonSchemaType.String | (nullable ? JsonSchemaType.Null : 0);
        if (type.IsEnum)
            schema.Enum = [.. Enum.GetNames(type).Select(n => (System.Text.Json.Nodes.JsonNode)System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(n))];
        else if (type == typeof(DateTimeOffset))
            schema.Format = "date-time";
    }
}
