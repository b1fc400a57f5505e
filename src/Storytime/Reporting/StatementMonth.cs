using System.ComponentModel.DataAnnotations;
using Storytime.Platform;

namespace Storytime.Reporting;

/// <summary>A month in a body or a query: <c>2026-01</c>.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
internal sealed class StatementMonthAttribute : ValidationAttribute, ITextRule
{
    public int Shortest => 7;

    public int Longest => 7;

    public string Pattern => "^[0-9]{4}-(0[1-9]|1[0-2])$";

    public StatementMonthAttribute() => ErrorMessage = "This must be a month from 2000-01 to 2100-12, such as 2026-01.";

    public override bool IsValid(object? value) => value is not string text || Months.Parse(text) is not null;
}

[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
internal sealed class Sha256Attribute() : PatternAttribute("^[0-9a-fA-F]{64}$", 64, "This must be a SHA-256: 64 hexadecimal digits.");
