namespace Storytime.LocalCloud.Orchestration;

/// <summary>One run at a time for each data folder. The lock is the open file: it ends with the process, however that ends.</summary>
internal sealed class RunLock : IDisposable
{
    private readonly FileStream _file;

    private RunLock(FileStream file) => _file = file;

    /// <exception cref="SetupException">Another run has it, or the folder is not writable.</exception>
    public static RunLock Take(RunOptions options)
    {
        try
        {
            Directory.CreateDirectory(options.DataFolder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw NotWritable(options, e);
        }

        try
        {
            var file = new FileStream(options.LockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            // In a file of its own, as the locked one cannot be read by others.
            File.WriteAllText(OwnerFile(options), $"{Environment.ProcessId} {options.App}");
            return new RunLock(file);
        }
        catch (UnauthorizedAccessException e)
        {
            throw NotWritable(options, e);
        }
        catch (IOException e)
        {
            throw Owner(options) is [var processId, var address]
                ? new SetupException($"Storytime is already running (process {processId}): {address.TrimEnd('/')} (stop it there with Ctrl-C).", e)
                : NotWritable(options, e);
        }
    }

    public void Dispose() => _file.Dispose();

    private static string[] Owner(RunOptions options)
    {
        try
        {
            return File.ReadAllText(OwnerFile(options)).Split(' ');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static string OwnerFile(RunOptions options) => options.LockFile + ".owner";

    private static SetupException NotWritable(RunOptions options, Exception e) =>
        new($"The folder {options.DataFolder} is not writable ({e.Message.TrimEnd('.')}): make it so, or choose another one with --data DIR.", e);
}
