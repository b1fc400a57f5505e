using System.Diagnostics;

namespace Storytime.Tests.LocalCloud;

/// <summary>Runs a program that must succeed, and gives what it wrote.</summary>
internal static class Shell
{
    public static async Task<byte[]> RunAsync(string program, IEnumerable<string> arguments, byte[]? input = null)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        if (input is not null) await process.StandardInput.BaseStream.WriteAsync(input);
        process.StandardInput.Close();
        using var output = new MemoryStream();
        await process.StandardOutput.BaseStream.CopyToAsync(output);
        await process.WaitForExitAsync();
        process.ExitCode.ShouldBe(0, $"{program} {string.Join(' ', arguments)}: {await error}");
        return output.ToArray();
    }

    public static async Task<string> TextAsync(string program, params string[] arguments) => System.Text.Encoding.UTF8.GetString(await RunAsync(program, arguments)).Trim();
}
