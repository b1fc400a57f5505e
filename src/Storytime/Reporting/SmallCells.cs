using System.Globalization;

namespace Storytime.Reporting;

/// <summary>Numbers of children that are so small that they could tell who the children are. Publishers do not get them.</summary>
internal static class SmallCells
{
    /// <summary>The fewest children whose number is told.</summary>
    public const int Fewest = 5;

    /// <summary>What stands in the place of a smaller number.</summary>
    public static readonly string Mark = string.Create(CultureInfo.InvariantCulture, $"<{Fewest}");

    /// <returns>Null in the place of a small number.</returns>
    public static int? Hide(int children) => children >= Fewest ? children : null;
}
