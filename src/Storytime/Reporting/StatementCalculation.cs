namespace Storytime.Reporting;

/// <summary>Computes statements: a pure function of what is watched and agreed.</summary>
internal static class StatementCalculation
{
    public static StatementContent Compute(StatementInput input) => throw new NotImplementedException(input.Currency);
}
