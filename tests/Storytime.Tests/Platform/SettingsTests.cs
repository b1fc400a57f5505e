using System.Diagnostics;
using System.Runtime.CompilerServices;
using Storytime.Platform.Errors;

namespace Storytime.Tests.Platform;

public sealed class SettingsTests
{
    [Fact]
    public async Task Every_setting_is_in_the_guide()
    {
        var guide = await File.ReadAllTextAsync(Guide());
        var settings = typeof(ErrorEnvelope).Assembly.GetExportedTypes()
            .Where(t => t.Name.EndsWith("Options", StringComparison.Ordinal))
            .SelectMany(t => t.GetProperties().Where(p => p.CanWrite && p.Name != "EqualityContract").Select(p => $":{p.Name}`")).ToList();
        settings.Count.ShouldBeGreaterThan(25);
        settings.Where(s => !guide.Contains(s, StringComparison.Ordinal) && !guide.Contains(s.TrimEnd('`') + "`)", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Wrong_settings_stop_the_program_with_a_sentence_for_each()
    {
        var start = new ProcessStartInfo("dotnet", [typeof(ErrorEnvelope).Assembly.Location, "--urls", "http://127.0.0.1:0"])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            Environment =
            {
                ["ConnectionStrings__Storytime"] = "",
                ["Auth__SigningKey"] = "short",
                ["CloudFront__BaseUrl"] = "https://cdn.example.com/with/a/path",
                ["CloudFront__KeyPairId"] = "K1",
                ["CloudFront__PrivateKeyPem"] = "no key",
                ["CloudFront__HashAlgorithm"] = "MD5",
                ["RateLimits__AuthPerMinute"] = "0",
            },
        };
        using var program = Process.Start(start)!;
        var errors = program.StandardError.ReadToEndAsync();
        await program.StandardOutput.ReadToEndAsync();
        await program.WaitForExitAsync();

        program.ExitCode.ShouldBe(1);
        var lines = (await errors).TrimEnd().Split('\n');
        lines.ShouldAllBe(l => l.EndsWith('.') && !l.Contains("   at "));
        string[] named =
        [
            "ConnectionStrings:Storytime must", "Auth:SigningKey must", "Aws:MasterBucket must", "CloudFront:BaseUrl must", "CLOUDFRONT_PRIVATE_KEY_PEM must",
            "CloudFront:HashAlgorithm must", "RateLimits:AuthPerMinute must",
        ];
        foreach (var name in named)
            lines.Count(l => l.StartsWith(name, StringComparison.Ordinal)).ShouldBe(1, name);
    }

    private static string Guide([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../../docs/settings.md"));
}
