using System.ComponentModel.DataAnnotations;

namespace Storytime.Platform;

/// <summary>Text that people type: bounded, and something besides blanks unless <see cref="MayBeBlank"/>.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
internal sealed class TextAttribute(int maximum) : ValidationAttribute, ITextRule
{
    public int Shortest => MayBeBlank ? 0 : 1;

    public int Longest => maximum;

    public bool MayBeBlank { get; init; }

    public override bool IsValid(object? value) => value is not string text || (text.Length <= maximum && (MayBeBlank || !string.IsNullOrWhiteSpace(text)));

    public override string FormatErrorMessage(string name) => MayBeBlank ? $"This has at most {maximum} characters." : $"This has 1 to {maximum} characters.";
}
