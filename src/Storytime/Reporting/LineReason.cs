namespace Storytime.Reporting;

internal static class LineReason
{
    public static string Of(StatementContent content, StatementContentLine line) => $"{line.Kind} {content.Month:yyyy-MM}";
}
