using System.Text.Json.Serialization;

namespace Storytime.Platform.Errors;

/// <summary>Every answer that is not 2xx has this body, whoever answers: <c>{ "error": { "code", "message", "details" } }</c>.</summary>
public sealed record ErrorEnvelope(ErrorBody Error);

/// <param name="Code">Stable, for programs: <c>not_found</c>, <c>validation_failed</c>, …</param>
/// <param name="Message">For people: what is wrong and what to do about it.</param>
/// <param name="Details">More for programs; an empty object when there is nothing more to say.</param>
public sealed record ErrorBody(string Code, string Message, IReadOnlyDictionary<string, object?> Details);

/// <summary>A refusal as a value: a handler returns it, it is written as the error envelope.</summary>
public sealed class ApiError(int status, string code, string message, IReadOnlyDictionary<string, object?>? details = null) : IResult, IStatusCodeHttpResult
{
    private static readonly Dictionary<string, object?> _none = [];

    public int Status { get; } = status;

    public string Code { get; } = code;

    public string Message { get; } = message;

    public IReadOnlyDictionary<string, object?> Details { get; } = details ?? _none;

    [JsonIgnore]
    int? IStatusCodeHttpResult.StatusCode => Status;

    /// <summary>The same answer for what does not exist and for what belongs to someone else: existence does not leak.</summary>
    public static ApiError NotFound(string what = "resource") =>
        new(404, "not_found", $"There is no such {what}. Check the id in the address.");

    public static ApiError Conflict(string message, string code = "conflict") => new(409, code, message);

    public static ApiError Unauthenticated(string message) => new(401, "unauthenticated", message);

    public static ApiError Forbidden(string message) => new(403, "forbidden", message);

    public static ApiError Invalid(string field, string message) => Invalid((field, message));

    public static ApiError Invalid(params (string Field, string Message)[] problems) => new(
        422,
        "validation_failed",
        "Some values cannot be accepted; details says which and why.",
        problems.GroupBy(p => p.Field).ToDictionary(g => g.Key, g => (object?)g.Select(p => p.Message).ToArray()));

    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = Status;
        // Pages for people; what they do not say nicely themselves (a rate limit, a fault) comes at least as a sentence.
        if (httpContext.Request.Path.StartsWithSegments("/account"))
            return httpContext.Response.WriteAsync(Message, httpContext.RequestAborted);
        return httpContext.Response.WriteAsJsonAsync(
            new ErrorEnvelope(new ErrorBody(Code, Message, Details)), httpContext.RequestAborted);
    }
}
