using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;

namespace Storytime.Platform;

/// <summary>
/// Text of a certain form. Unlike <see cref="RegularExpressionAttribute"/> it judges the empty text too, bounds the length before it matches, and matches without
/// backtracking, so that no text takes long.
/// </summary>
internal abstract class PatternAttribute(string pattern, int longest, string message) : ValidationAttribute(message), ITextRule
{
    // In .NET a $ also stands before a line end at the end of the text.
    private readonly Regex _regex = new(
        pattern.EndsWith('$') ? pattern[..^1] + @"\z" : pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    public string? Pattern { get; } = pattern;

    public int Longest { get; } = longest;

    public override bool IsValid(object? value) => value is not string text || (text.Length <= Longest && _regex.IsMatch(text));
}
