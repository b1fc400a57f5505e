using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;

namespace Storytime.Platform.Errors;

/// <summary>
/// Owns the error envelope for everything that no handler answered itself: unknown routes, wrong methods, bad JSON,
/// failed validation, missing or expired tokens, rate limits, bugs. Registered before <c>AddProblemDetails()</c>, so that it comes first.
/// </summary>
internal sealed class ErrorEnvelopeWriter : IProblemDetailsWriter
{
    /// <summary>Key in <see cref="HttpContext.Items"/>: the <see cref="ApiError"/> that explains a 401 better than we can here.</summary>
    public const string AnswerKey = "storytime.error";

    public bool CanWrite(ProblemDetailsContext context) => true;

    public async ValueTask WriteAsync(ProblemDetailsContext context) => await Explain(context).ExecuteAsync(context.HttpContext);

    private static ApiError Explain(ProblemDetailsContext context)
    {
        var http = context.HttpContext;
        if (http.Response.StatusCode == 401 && http.Items[AnswerKey] is ApiError prepared)
            return prepared;
        if (context.ProblemDetails is HttpValidationProblemDetails invalid)
            return ApiError.Invalid(invalid.Errors);
        var exception = context.Exception ?? http.Features.Get<IExceptionHandlerFeature>()?.Error;
        if (exception is BadHttpRequestException bad)
            return ExplainBadRequest(bad);
        if (exception is UnavailableException)
            return new ApiError(503, "unavailable", exception.Message);
        if (DatabaseErrors.IsGone(exception))
            return ApiError.Gone;

        return http.Response.StatusCode switch
        {
            400 => UnreadableQuery.Find(http) is { } name ? NotRead(name) : new ApiError(400, "invalid_request", "The request could not be read."),
            401 => ApiError.NotSignedIn,
            403 => ApiError.WrongToken,
            404 => new ApiError(404, "not_found", "There is nothing at this address. The API is described at /docs."),
            405 => new ApiError(405, "method_not_allowed", $"{http.Request.Method} is not possible here; allowed: {http.Response.Headers.Allow}."),
            413 => ApiError.TooLarge,
            415 => ApiError.NotJsonType,
            429 => new ApiError(429, "rate_limited", "Too many requests. Wait as long as Retry-After says, then try again."),
            503 => ApiError.Unavailable,
            < 500 and var status => new ApiError(status, "invalid_request", "The request could not be answered."),
            _ => ApiError.Internal(Activity.Current?.TraceId.ToString() ?? http.TraceIdentifier),
        };
    }

    private static ApiError ExplainBadRequest(BadHttpRequestException bad) => bad switch
    {
        { StatusCode: 413 } => ApiError.TooLarge,
        { StatusCode: 415 } => ApiError.NotJsonType,
        { InnerException: JsonException { Path: { Length: > 2 } path } json } => new ApiError(400, "invalid_request",
            $"{path[2..]}: {JsonReason(json)}", new Dictionary<string, object?> { [path[2..]] = new[] { JsonReason(json) } }),
        { InnerException: JsonException } => ApiError.NotJson,
        _ when bad.Message.Contains("no body", StringComparison.Ordinal) || bad.Message.Contains("body was not provided", StringComparison.Ordinal)
            => new ApiError(400, "invalid_request", "A JSON body is needed here."),
        // "Failed to bind parameter "int page" from "abc"." names our C# types; the caller needs the parameter only.
        _ when ParameterOf(bad.Message) is { } parameter => NotRead(parameter),
        _ => new ApiError(400, "invalid_request", "The request could not be read."),
    };

    private static ApiError NotRead(string parameter) => new(400, "invalid_request", $"The value of '{parameter}' could not be read.");

    /// <summary>Our own converters say what they expect; the serializer's own words name C# types and are of no use to a caller.</summary>
    private static string JsonReason(JsonException json) =>
        json is ExpectationException ? json.Message : "This value has the wrong type.";

    private static string? ParameterOf(string message)
    {
        var parts = message.Split('"');
        return message.StartsWith("Failed to bind parameter", StringComparison.Ordinal) && parts.Length > 1
            ? JsonNamingPolicy.SnakeCaseLower.ConvertName(parts[1].Split(' ')[^1])
            : null;
    }
}

/// <summary>Thrown by a JSON converter; its message is meant for the caller.</summary>
internal sealed class ExpectationException(string message) : JsonException(message);
