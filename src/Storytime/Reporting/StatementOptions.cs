using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Storytime.Platform;

namespace Storytime.Reporting;

[TypeConverter(typeof(SettingWord<StatementPaper>))]
public enum StatementPaper
{
    A4,
    Letter,
}

/// <summary>Section <c>Statements</c>: who writes them, and on what.</summary>
public sealed record StatementOptions
{
    /// <summary>ISO 4217: of statements that list the usage of a publisher without a contract, when the month's revenue does not tell the currency.</summary>
    [Currency(ErrorMessage = "Statements:DefaultCurrency must be a currency of ISO 4217, such as USD or EUR.")]
    public string DefaultCurrency { get; init => field = value.ToUpperInvariant(); } = "USD";

    /// <summary>The name in the letterhead.</summary>
    [Required(ErrorMessage = "Statements:CompanyName must not be empty.")]
    [StringLength(100, ErrorMessage = "Statements:CompanyName has at most 100 characters.")]
    public string CompanyName { get; init; } = "Storytime";

    /// <summary>Its lines below the name.</summary>
    [MaxLength(6, ErrorMessage = "Statements:CompanyAddress has at most 6 lines.")]
    public string[] CompanyAddress { get; init; } = [];

    /// <summary>Where a publisher asks.</summary>
    [EmailAddress(ErrorMessage = "Statements:CompanyEmail must be an e-mail address.")]
    public string? CompanyEmail { get; init; }

    /// <summary>VAT number or the like, as it should be printed.</summary>
    [StringLength(100, ErrorMessage = "Statements:CompanyTaxId has at most 100 characters.")]
    public string? CompanyTaxId { get; init; }

    /// <summary>Days from the issue until payment.</summary>
    [Range(0, 366, ErrorMessage = "Statements:PaymentTermsDays must be from 0 to 366.")]
    public int PaymentTermsDays { get; init; } = 30;

    /// <summary>Paper of the PDF.</summary>
    public StatementPaper Paper { get; init; } = StatementPaper.A4;
}
