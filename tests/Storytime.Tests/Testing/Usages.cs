using Microsoft.Extensions.DependencyInjection;
using Storytime.Usage;

namespace Storytime.Tests.Testing;

/// <summary>Brings the rollups up to date.</summary>
public static class Usages
{
    /// <summary>
    /// Rolls up until every stored event is in, and until it is known that there are no others up to now. The roll-up waits for all transactions of the cluster that began
    /// before, those of other tests' databases too, so one run may not be enough.
    /// </summary>
    public static async Task RollUpAsync(this StorytimeApp app)
    {
        // Kept in microseconds.
        var now = app.Now.AddMilliseconds(-1);
        for (var attempt = 0; attempt < 600; attempt++)
        {
            await app.Services.GetRequiredService<RollUp>().RunAsync(wait: null, TestContext.Current.CancellationToken);
            if (await app.SqlAsync($"select rolled_up_at >= '{now:o}' and not exists (select from usage_events where transaction_id >= watermark) from roll_up_marks") is true)
                return;
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
        throw new InvalidOperationException("Something keeps a transaction open, so the roll-up cannot go on.");
    }
}
