using Storytime.Bench;

return args switch
{
    ["login"] => await LoginBench.RunAsync(500, CancellationToken.None),
    ["login", var pairs] when int.TryParse(pairs, out var count) && count > 0 => await LoginBench.RunAsync(count, CancellationToken.None),
    ["reports", var folder] => await ReportBench.RunAsync(folder, 5, CancellationToken.None),
    ["grids", var folder] => await GridBench.RunAsync(folder, CancellationToken.None),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("Usage: Storytime.Bench login [pairs] | reports folder | grids folder");
    return 2;
}
