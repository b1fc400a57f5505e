using System.Diagnostics;
using Storytime.Platform.Errors;

namespace Storytime.Admin.Shell;

/// <summary>What an operation answered: a value, or why not.</summary>
/// <param name="Error">Null when it was done.</param>
internal sealed record Outcome(ApiError? Error, object? Value = null)
{
    public bool IsDone => Error is null;

    /// <summary>Null when it was refused.</summary>
    public T? Of<T>() where T : class => (T?)Value;

    public static Outcome From(IResult result) => result switch
    {
        INestedHttpResult nested => From(nested.Result),
        ApiError error => new Outcome(error),
        IValueHttpResult { Value: var value } => new Outcome((ApiError?)null, value),
        IStatusCodeHttpResult { StatusCode: 204 } => new Outcome((ApiError?)null),
        _ => throw new UnreachableException($"A page cannot show a {result.GetType()}."),
    };
}

/// <summary>What is wrong with the fields of a form, by the names that the API gives them.</summary>
public sealed class FormErrors
{
    private Dictionary<string, string> _fields = [];

    /// <summary>The sentence for the field, or null.</summary>
    public string? this[string field] => _fields.GetValueOrDefault(field);

    /// <summary>What belongs to none of the fields.</summary>
    public string? General { get; private set; }

    public bool Any => General is not null || _fields.Count > 0;

    /// <param name="fields">Those that the form has; what is said of others is general.</param>
    public void Show(ApiError? error, params string[] fields)
    {
        _fields = [];
        General = null;
        if (error is null)
            return;
        var details = error.Details.Where(d => d.Value is IEnumerable<string>).ToDictionary(d => d.Key, d => string.Join(' ', (IEnumerable<string>)d.Value!));
        _fields = details.Where(d => fields.Contains(d.Key)).ToDictionary();
        var rest = details.Where(d => !fields.Contains(d.Key)).Select(d => d.Value).ToList();
        General = details.Count == 0 ? error.Message : rest.Count > 0 ? string.Join(' ', rest) : null;
    }
}
