using System.Runtime.InteropServices;
using Storytime.Bench;
using Storytime.Bench.Load;

return args switch
{
    ["login"] => await LoginBench.RunAsync(500, CancellationToken.None),
    ["login", var pairs] when int.TryParse(pairs, out var count) && count > 0 => await LoginBench.RunAsync(count, CancellationToken.None),
    ["reports", var folder] => await ReportBench.RunAsync(folder, 5, CancellationToken.None),
    ["grids", var folder] => await GridBench.RunAsync(folder, CancellationToken.None),
    ["load", var scripts, var folder, .. var asked] => await LoadAsync(scripts, folder, asked),
    _ => Usage(),
};

static async Task<int> LoadAsync(string scripts, string folder, string[] asked)
{
    if (LoadOptions.Read(folder, asked) is not { } options)
    {
        Console.Error.WriteLine(LoadOptions.Help);
        return 2;
    }
    // Ends what was started, too.
    using var stop = new CancellationTokenSource();
    Action<PosixSignalContext> end = signal =>
    {
        signal.Cancel = true;
        stop.Cancel();
    };
    using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, end);
    using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, end);
    try
    {
        return await LoadBench.RunAsync(options, Path.GetFullPath(scripts), stop.Token);
    }
    catch (OperationCanceledException) when (stop.IsCancellationRequested)
    {
        return 130;
    }
}

static int Usage()
{
    Console.Error.WriteLine("Usage: Storytime.Bench login [pairs] | reports folder | grids folder | load scripts folder [options]");
    return 2;
}
