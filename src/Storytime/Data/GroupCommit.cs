using Npgsql;

namespace Storytime.Data;

/// <summary>
/// Writes that arrive together share a statement and a commit, and each is answered after it. A write that comes alone waits for nobody; one that comes while all writers
/// are busy goes with the next of them. What the database refuses together with
/// its neighbours is tried by itself, so that a bad one costs only itself; after any other failure nobody can tell what was committed, so nothing is tried again.
/// </summary>
/// <param name="writers">How many statements may be under way.</param>
/// <param name="most">How many writes share one, by their weight.</param>
/// <param name="weigh">What a write weighs, at least 1.</param>
/// <param name="write">Writes all of them, in one transaction; a result for each, in their order.</param>
internal sealed class GroupCommit<TWrite, TResult>(int writers, int most, Func<TWrite, int> weigh, Func<IReadOnlyList<TWrite>, Task<IReadOnlyList<TResult>>> write)
{
    private readonly Lock _lock = new();
    private readonly Queue<Waiting> _waiting = new();
    private int _busy;

    /// <param name="what">The write.</param>
    /// <param name="ct">Ends the wait, not the write.</param>
    /// <returns>Its result, once it is committed.</returns>
    public Task<TResult> WriteAsync(TWrite what, CancellationToken ct)
    {
        var waiting = new Waiting(what);
        lock (_lock)
        {
            _waiting.Enqueue(waiting);
            if (_busy == writers)
                return waiting.Result.Task.WaitAsync(ct);
            _busy++;
        }
        // Not as a part of this request, which may be over before its neighbours are.
        ThreadPool.UnsafeQueueUserWorkItem(static group => _ = group.RunAsync(), this, preferLocal: true);
        return waiting.Result.Task.WaitAsync(ct);
    }

    private async Task RunAsync()
    {
        while (Next() is { } group)
        {
            try
            {
                Answer(group, await write([.. group.Select(w => w.What)]));
            }
            catch (PostgresException) when (group.Count > 1)
            {
                foreach (var single in group)
                    await AloneAsync(single);
            }
            catch (Exception e)
            {
                group.ForEach(w => w.Result.TrySetException(e));
            }
        }
    }

    private async Task AloneAsync(Waiting single)
    {
        try
        {
            Answer([single], await write([single.What]));
        }
        catch (Exception e)
        {
            single.Result.TrySetException(e);
        }
    }

    /// <returns>Null when nothing waits; this writer is not busy then.</returns>
    private List<Waiting>? Next()
    {
        lock (_lock)
        {
            if (_waiting.Count == 0)
            {
                _busy--;
                return null;
            }
            List<Waiting> group = [_waiting.Dequeue()];
            var weight = weigh(group[0].What);
            while (_waiting.TryPeek(out var next) && weight + weigh(next.What) is var more && more <= most)
            {
                weight = more;
                group.Add(_waiting.Dequeue());
            }
            return group;
        }
    }

    private static void Answer(List<Waiting> group, IReadOnlyList<TResult> results)
    {
        if (results.Count != group.Count)
            throw new InvalidOperationException($"{group.Count} writes had {results.Count} results.");
        for (var i = 0; i < group.Count; i++)
            group[i].Result.TrySetResult(results[i]);
    }

    private sealed class Waiting(TWrite what)
    {
        public TWrite What { get; } = what;

        public TaskCompletionSource<TResult> Result { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
