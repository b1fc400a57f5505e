namespace Storytime.Admin.Reports;

/// <summary>One value of a chart, with what it is called on the axis.</summary>
public sealed record ChartPoint(string Name, double Value);
