using System.ComponentModel.DataAnnotations;

namespace Storytime.Platform;

/// <summary>Text that people type: something besides blanks unless <see cref="MayBeBlank"/>, bounded, and nothing that PostgreSQL cannot keep (NUL).</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
internal sealed class TextAttribute(int maximum) : ValidationAttribute
{
    public bool MayBeBlank { get; init; }

    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext)
    {
        if (value is not string text)
            return ValidationResult.Success;
        if (text.Contains('\0', StringComparison.Ordinal))
            return new ValidationResult("This must not contain the character NUL.");
        return text.Length > maximum || (!MayBeBlank && string.IsNullOrWhiteSpace(text))
            ? new ValidationResult(ErrorMessage ?? (MayBeBlank ? $"This has at most {maximum} characters." : $"This has 1 to {maximum} characters."))
            : ValidationResult.Success;
    }
}
