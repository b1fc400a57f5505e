using System.Collections.Concurrent;

namespace Storytime.LocalCloud.Orchestration;

/// <summary>PR_SET_PDEATHSIG fires when the thread that forked ends, so all children are forked by one thread that lives as long as we do.</summary>
internal static class ForkingThread
{
    private static readonly BlockingCollection<Action> Work = Start();

    public static Task<T> RunAsync<T>(Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Work.Add(() =>
        {
            try
            {
                done.SetResult(work());
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        });
        return done.Task;
    }

    private static BlockingCollection<Action> Start()
    {
        var queue = new BlockingCollection<Action>();
        new Thread(() =>
        {
            foreach (var action in queue.GetConsumingEnumerable())
                action();
        })
        { IsBackground = true, Name = "children" }.Start();
        return queue;
    }
}
