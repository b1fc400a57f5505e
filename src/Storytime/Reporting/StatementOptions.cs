using Storytime.Platform;

namespace Storytime.Reporting;

/// <summary>Section <c>Statements</c>.</summary>
public sealed record StatementOptions
{
    /// <summary>ISO 4217: of statements that list the usage of a publisher without a contract, when the month's revenue does not tell the currency.</summary>
    [Currency(ErrorMessage = "Statements:DefaultCurrency must be a currency of ISO 4217, such as USD or EUR.")]
    public string DefaultCurrency { get; init; } = "USD";
}
