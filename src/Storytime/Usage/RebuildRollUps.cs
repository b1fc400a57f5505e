namespace Storytime.Usage;

/// <summary><c>storytime rebuild-rollups</c>: holds all that is rolled up against the events that are kept, and puts it right. Changes nothing where it is right.</summary>
internal static class RebuildRollUps
{
    public static async Task<int> RunAsync(IServiceProvider services, CancellationToken ct)
    {
        await using var scope = services.CreateAsyncScope();
        var (days, sums) = await scope.ServiceProvider.GetRequiredService<RollUpJobs>().RebuildAsync(ct);
        Console.WriteLine($"{days} child-book-days were not as their events say, and {sums} sums not as their days.{(days + sums > 0 ? " They are now." : "")}");
        return 0;
    }
}
