using CsCheck;
using Storytime.Platform.Auth;
using Storytime.Reporting;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Reporting;

/// <summary>
/// Random histories of a publisher through HTTP and the database, issued month by month, held against the oracle: what is read from tables and from statements that
/// were issued before is what the calculation is meant to be given.
/// </summary>
public sealed class StatementHistoryTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    [Fact]
    public async Task Every_number_of_a_hundred_random_histories_that_are_issued_is_that_of_the_oracle()
    {
        var finance = await app.StaffAsync(AdminRole.Finance);
        // What must have occurred for this to say anything.
        Dictionary<StatementLineKind, int> seen = [];
        await Gen.Int.SampleAsync(async seed =>
        {
            var (ledger, oracle) = (new Ledger(seed, years: [2023, 2024], hasPools: true), new StatementOracle());
            var stored = await StoredLedger.OpenAsync(app, ledger);
            while (ledger.Next())
            {
                var (issued, expected) = (await stored.IssueAsync(finance), oracle.Next(ledger));
                issued.Lines.ShouldBe(expected.Lines);
                issued.Contracts.ShouldBe(expected.Contracts);
                issued.Adjustments.ShouldBe(expected.Adjustments);
                foreach (var kind in issued.Lines.Select(l => l.Kind).Distinct())
                    seen[kind] = seen.GetValueOrDefault(kind) + 1;
            }
        }, iter: 100, threads: 1);
        foreach (var kind in Enum.GetValues<StatementLineKind>())
            seen.GetValueOrDefault(kind).ShouldBeGreaterThan(5, $"{kind}");
    }
}
