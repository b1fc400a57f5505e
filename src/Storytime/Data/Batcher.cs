using Npgsql;

namespace Storytime.Data;

/// <summary>
/// Questions to the database that arrive together share a statement, and writes a commit, too (group commit); each is answered after it. One that comes alone waits for nobody; one
/// that comes while all runs are under way goes with the next of them, so that its answer is never older than the question. What the database refuses together with its
/// neighbours is tried by itself, so that a bad one costs only itself; after any other failure nobody can tell what was committed, so nothing is tried again.
/// </summary>
/// <param name="runs">How many statements may be under way.</param>
/// <param name="most">How many questions share one, by their weight.</param>
/// <param name="weigh">What a question weighs, at least 1.</param>
/// <param name="ask">Asks all of them, in one transaction; an answer for each, in their order.</param>
internal sealed class Batcher<TQuestion, TAnswer>(int runs, int most, Func<TQuestion, int> weigh, Func<IReadOnlyList<TQuestion>, Task<IReadOnlyList<TAnswer>>> ask)
{
    private readonly Lock _lock = new();
    private readonly Queue<Waiting> _waiting = new();
    private int _busy;

    /// <param name="question">What is asked, or to be written.</param>
    /// <param name="ct">Ends the wait, not the statement.</param>
    /// <returns>Its answer, once it is committed.</returns>
    public Task<TAnswer> AskAsync(TQuestion question, CancellationToken ct)
    {
        var waiting = new Waiting(question);
        lock (_lock)
        {
            _waiting.Enqueue(waiting);
            if (_busy == runs)
                return waiting.Answer.Task.WaitAsync(ct);
            _busy++;
        }
        // Not as a part of this request, which may be over before its neighbours are.
        ThreadPool.UnsafeQueueUserWorkItem(static batcher => _ = batcher.RunAsync(), this, preferLocal: true);
        return waiting.Answer.Task.WaitAsync(ct);
    }

    private async Task RunAsync()
    {
        while (Next() is { } batch)
        {
            try
            {
                Answer(batch, await ask(batch.ConvertAll(w => w.Question)));
            }
            catch (PostgresException) when (batch.Count > 1)
            {
                foreach (var single in batch)
                    await AloneAsync(single);
            }
            catch (Exception e)
            {
                batch.ForEach(w => w.Answer.TrySetException(e));
            }
        }
    }

    private async Task AloneAsync(Waiting single)
    {
        try
        {
            Answer([single], await ask([single.Question]));
        }
        catch (Exception e)
        {
            single.Answer.TrySetException(e);
        }
    }

    /// <returns>Null when nothing waits; this run is over then.</returns>
    private List<Waiting>? Next()
    {
        lock (_lock)
        {
            if (_waiting.Count == 0)
            {
                _busy--;
                return null;
            }
            List<Waiting> batch = [_waiting.Dequeue()];
            var weight = weigh(batch[0].Question);
            while (_waiting.TryPeek(out var next) && weight + weigh(next.Question) is var more && more <= most)
            {
                weight = more;
                batch.Add(_waiting.Dequeue());
            }
            return batch;
        }
    }

    private static void Answer(List<Waiting> batch, IReadOnlyList<TAnswer> answers)
    {
        if (answers.Count != batch.Count)
            throw new InvalidOperationException($"{batch.Count} questions had {answers.Count} answers.");
        for (var i = 0; i < batch.Count; i++)
            batch[i].Answer.TrySetResult(answers[i]);
    }

    private sealed class Waiting(TQuestion question)
    {
        public TQuestion Question { get; } = question;

        public TaskCompletionSource<TAnswer> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
