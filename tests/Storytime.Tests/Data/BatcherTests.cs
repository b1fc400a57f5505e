using Npgsql;
using Storytime.Data;

namespace Storytime.Tests.Data;

public sealed class BatcherTests
{
    [Fact]
    public async Task Each_gets_its_own_result_and_those_that_wait_go_together()
    {
        List<int> sizes = [];
        var open = new SemaphoreSlim(0);
        var group = new Batcher<int, int>(runs: 1, most: 40, _ => 1, async all =>
        {
            await open.WaitAsync(TestContext.Current.CancellationToken);
            lock (sizes)
                sizes.Add(all.Count);
            return [.. all.Select(n => n * 2)];
        });
        var writes = Enumerable.Range(0, 100).Select(n => group.AskAsync(n, CancellationToken.None)).ToList();
        open.Release(100);
        (await Task.WhenAll(writes)).ShouldBe(Enumerable.Range(0, 100).Select(n => n * 2));
        sizes.Sum().ShouldBe(100);
        sizes.ShouldAllBe(s => s <= 40);
        sizes.Count.ShouldBeLessThan(8);
    }

    [Fact]
    public async Task A_bad_one_costs_only_itself()
    {
        var open = new SemaphoreSlim(0);
        var group = new Batcher<int, int>(runs: 1, most: 100, _ => 1, async all =>
        {
            await open.WaitAsync(TestContext.Current.CancellationToken);
            return all.Contains(13) ? throw Refusal() : [.. all];
        });
        var writes = Enumerable.Range(0, 30).Select(n => group.AskAsync(n, CancellationToken.None)).ToList();
        open.Release(100);
        (await Should.ThrowAsync<PostgresException>(() => writes[13])).SqlState.ShouldBe("23514");
        writes.RemoveAt(13);
        (await Task.WhenAll(writes)).Length.ShouldBe(29);
    }

    [Fact]
    public async Task Nothing_is_tried_again_when_nobody_can_tell_what_was_committed()
    {
        var (open, calls) = (new SemaphoreSlim(0), 0);
        var group = new Batcher<int, int>(runs: 1, most: 100, _ => 1, async _ =>
        {
            await open.WaitAsync(TestContext.Current.CancellationToken);
            calls++;
            throw new NpgsqlException("The connection is gone.");
        });
        var writes = Enumerable.Range(0, 20).Select(n => group.AskAsync(n, CancellationToken.None)).ToList();
        open.Release(100);
        foreach (var write in writes)
            await Should.ThrowAsync<NpgsqlException>(() => write);
        calls.ShouldBeLessThanOrEqualTo(2);
    }

    private static PostgresException Refusal() => new("A bad row.", "ERROR", "ERROR", "23514");

    [Fact]
    public async Task Who_does_not_wait_any_longer_is_written_all_the_same()
    {
        var open = new SemaphoreSlim(0);
        List<int> written = [];
        var group = new Batcher<int, int>(runs: 1, most: 100, _ => 1, async all =>
        {
            await open.WaitAsync(TestContext.Current.CancellationToken);
            written.AddRange(all);
            return [.. all];
        });
        using var gone = new CancellationTokenSource();
        var (first, second) = (group.AskAsync(1, gone.Token), group.AskAsync(2, CancellationToken.None));
        await gone.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => first);
        open.Release(2);
        (await second).ShouldBe(2);
        written.ShouldBe([1, 2]);
    }

    [Fact]
    public async Task A_heavy_one_goes_alone_and_none_is_left_behind()
    {
        List<int> weights = [];
        var group = new Batcher<int, int>(runs: 2, most: 10, n => n, all =>
        {
            lock (weights)
                weights.Add(all.Sum());
            return Task.FromResult<IReadOnlyList<int>>([.. all]);
        });
        int[] all = [1, 50, 2, 3, 9, 1, 1, 1, 10, 4];
        (await Task.WhenAll(all.Select(n => group.AskAsync(n, CancellationToken.None)))).ShouldBe(all);
        weights.Where(w => w != 50).ShouldAllBe(w => w <= 10);
        weights.Sum().ShouldBe(all.Sum());
    }
}
