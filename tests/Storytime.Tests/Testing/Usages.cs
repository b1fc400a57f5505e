using Microsoft.Extensions.DependencyInjection;
using Storytime.Usage;

namespace Storytime.Tests.Testing;

/// <summary>Brings the rollups up to date.</summary>
public static class Usages
{
    /// <summary>
    /// Rolls up until every stored event is in. The roll-up waits for all transactions of the cluster that began before, those of other tests' databases too, so one run
    /// may not be enough.
    /// </summary>
    public static async Task RollUpAsync(this StorytimeApp app)
    {
        for (var attempt = 0; attempt < 600; attempt++)
        {
            await app.Services.GetRequiredService<RollUp>().RunAsync(wait: null, TestContext.Current.CancellationToken);
            if ((long)(await app.SqlAsync("select count(*) from usage_events where transaction_id >= (select watermark from roll_up_marks)"))! == 0)
                return;
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
        throw new InvalidOperationException("Something keeps a transaction open, so the roll-up cannot go on.");
    }
}
