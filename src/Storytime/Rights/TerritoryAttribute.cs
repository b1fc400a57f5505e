using System.ComponentModel.DataAnnotations;
using Storytime.Platform;

namespace Storytime.Rights;

/// <summary>Where a rights window holds: <c>GLOBAL</c>, or a country.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
internal sealed class TerritoryAttribute : ValidationAttribute, ITextRule
{
    public int Shortest => 2;

    public int Longest => RightsWindow.Global.Length;

    public TerritoryAttribute() => ErrorMessage = "territory must be GLOBAL or a country code of ISO 3166-1, such as US or GB.";

    public override bool IsValid(object? value) =>
        value is not string territory || Countries.IsKnown(territory) || territory.Equals(RightsWindow.Global, StringComparison.OrdinalIgnoreCase);
}
