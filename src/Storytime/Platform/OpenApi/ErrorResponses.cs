using System.Globalization;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.OpenApi;
using Storytime.Platform.Auth;
using Storytime.Platform.Errors;

namespace Storytime.Platform.OpenApi;

/// <summary>The errors that a route can answer: by the conventions of the API, whatever its handler does, and those that it says in Api.cs.</summary>
internal static class ErrorResponses
{
    private sealed record Convention(string Name, string Meaning, params ApiError[] Errors);

    private static readonly Dictionary<int, Convention> _conventions = new()
    {
        [400] = new("InvalidRequest", "The request could not be read.", ApiError.NotJson),
        [401] = new("Unauthenticated", "There is no token, or one that is not valid.", ApiError.NotSignedIn, ApiError.TokenExpired),
        [403] = new("Forbidden", "Not for this caller.", ApiError.WrongToken),
        [404] = new("NotFound", "There is no such thing, or it belongs to someone else.", ApiError.NotFound("child")),
        [409] = new("Conflict", "It conflicts with what is there; the message says how.", ApiError.Conflict("This is being changed by someone else at the same time. Try again.")),
        [413] = new("TooLarge", "The body is too large.", ApiError.TooLarge),
        [415] = new("UnsupportedMediaType", "The body is not JSON.", ApiError.NotJsonType),
        [422] = new("ValidationFailed", "A value cannot be accepted; `details` has the messages for each field.",
            ApiError.Invalid(("name", "A name is needed."), ("birth_year", "birth_year must be a year, such as 2020."))),
        [429] = new("RateLimited", "Too many requests; wait as long as `Retry-After` says.", ApiError.RateLimited(TimeSpan.FromSeconds(30))),
        [500] = new("InternalError", "A fault on our side.", ApiError.Internal("52da68432b5fc2c869a1c60160c1c581")),
        [503] = new("Unavailable", "Something that this needs does not answer just now. Try again.", ApiError.Unavailable),
    };

    public static void Describe(OpenApiOperation operation, ApiDescription route, ApiExamples examples, OpenApiDocument document)
    {
        var refusals = route.ActionDescriptor.EndpointMetadata.OfType<MayRefuse>().SelectMany(r => r.Errors()).ToLookup(e => e.Status);
        var conventional = StatusesOf(operation, route).ToHashSet();
        foreach (var status in conventional.Union(refusals.Select(r => r.Key)).Order())
        {
            var convention = _conventions[status];
            var isConventional = conventional.Contains(status);
            ApiError[] errors = [.. isConventional ? convention.Errors : [], .. refusals[status]];
            var meaning = isConventional ? convention.Meaning : errors is [var only] ? only.Message : "Refused; each code is a reason.";
            var response = Response(meaning, errors, examples, document);
            if (!refusals.Contains(status))
                document.AddComponent<IOpenApiResponse>(convention.Name, response);
            operation.Responses![status.ToString(CultureInfo.InvariantCulture)] = refusals.Contains(status) ? response : new OpenApiResponseReference(convention.Name, document);
        }
    }

    private static IEnumerable<int> StatusesOf(OpenApiOperation operation, ApiDescription route)
    {
        var metadata = route.ActionDescriptor.EndpointMetadata;
        var body = operation.RequestBody?.Content;
        var takesJson = body?.ContainsKey("application/json") ?? false;
        var takesValues = takesJson || route.ParameterDescriptions.Any(p => p.Source.Id == "Query");
        var policies = Access.PoliciesOf(metadata);
        (int Status, bool Applies)[] rules =
        [
            (400, takesValues),
            (401, policies.Count > 0),
            (403, policies.Any(p => p is not (Policy.Viewer or Policy.Staff))),
            (404, route.RelativePath?.Contains('{', StringComparison.Ordinal) ?? false),
            (413, body is not null),
            (415, takesJson),
            (422, takesValues),
            (429, metadata.OfType<EnableRateLimitingAttribute>().Any()),
            (500, true),
        ];
        return rules.Where(r => r.Applies).Select(r => r.Status).Concat(metadata.OfType<MayAnswer>().SelectMany(m => m.Statuses));
    }

    private static OpenApiResponse Response(string meaning, ApiError[] errors, ApiExamples examples, OpenApiDocument document)
    {
        var body = new OpenApiMediaType { Schema = new OpenApiSchemaReference(nameof(ErrorEnvelope), document) };
        examples.Describe(body, errors);
        var response = new OpenApiResponse
        {
            Description = $"{meaning} {(errors.Length == 1 ? "Code" : "Codes")}: {string.Join(", ", errors.Select(e => $"`{e.Code}`"))}.",
            Content = new Dictionary<string, OpenApiMediaType> { ["application/json"] = body },
        };
        if (errors[0].Status == StatusCodes.Status429TooManyRequests)
        {
            response.Headers = new Dictionary<string, IOpenApiHeader>
            {
                ["Retry-After"] = new OpenApiHeader
                {
                    Description = "Seconds to wait.",
                    Required = true,
                    Schema = new OpenApiSchema { Type = JsonSchemaType.Integer, Minimum = "1" },
                    Example = 30,
                },
            };
        }
        return response;
    }
}
