using System.ComponentModel.DataAnnotations;

namespace Storytime.Platform;

/// <summary>
/// A query parameter that is one of an enum's values. Enums cannot be bound from a query as they are: that would want C#'s spelling, and take
/// any number.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
internal sealed class WordAttribute<T> : ValidationAttribute, IWords where T : struct, Enum
{
    public IReadOnlyCollection<string> All => Words<T>.All.Keys;

    public override bool IsValid(object? value) => value is not string text || Words<T>.All.ContainsKey(text);

    public override string FormatErrorMessage(string name) => $"This must be one of: {string.Join(", ", All)}.";
}

/// <summary>For the OpenAPI document.</summary>
internal interface IWords
{
    IReadOnlyCollection<string> All { get; }
}

/// <summary>A rule of text that tells its bounds to the OpenAPI document.</summary>
internal interface ITextRule
{
    int Shortest => 0;

    int Longest { get; }

    /// <summary>As in JavaScript.</summary>
    string? Pattern => null;
}
