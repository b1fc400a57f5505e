using System.ComponentModel.DataAnnotations;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Storytime.Platform;
using Storytime.Platform.Errors;
using Storytime.Platform.Mails;
using Storytime.Playback;

namespace Storytime.Tests.Platform;

public sealed class SettingsTests
{
    private static readonly string _key = RSA.Create(2048).ExportPkcs8PrivateKeyPem();

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
        var lines = await StartAsync(new()
        {
            ["ConnectionStrings__Storytime"] = "",
            ["Auth__SigningKey"] = "short",
            ["Auth__ParentTokenLifetime"] = "-00:05:00",
            ["Auth__AdminTokenLifetime"] = "00:00:00",
            ["Auth__ChildSessionLifetime"] = "00:00:00.5",
            ["Auth__RefreshTokenLifetime"] = "99999.00:00:00",
            ["Auth__RefreshGrace"] = "-00:00:01",
            ["CloudFront__BaseUrl"] = "https://cdn.example.com/with/a/path",
            ["CloudFront__KeyPairId"] = "K1",
            ["CloudFront__PrivateKeyPem"] = "no key",
            ["CloudFront__HashAlgorithm"] = "MD5",
            ["RateLimits__AuthPerMinute"] = "0",
            ["Jobs__Storage"] = "redis",
            ["Mail__From"] = "nobody",
        });
        lines.ShouldAllBe(l => l.EndsWith('.') && !l.Contains("   at "));
        string[] named =
        [
            "ConnectionStrings:Storytime must", "Auth:SigningKey must",
            "Auth:ParentTokenLifetime must", "Auth:AdminTokenLifetime must", "Auth:ChildSessionLifetime must", "Auth:RefreshTokenLifetime must", "Auth:RefreshGrace must", "Aws:MasterBucket must", "CloudFront:BaseUrl must", "CLOUDFRONT_PRIVATE_KEY_PEM must",
            "CloudFront:HashAlgorithm must", "RateLimits:AuthPerMinute must",
            "Jobs:Storage=redis needs Redis:ConnectionString",
            "Mail:Host must", "Mail:From must", "Mail:LinkBaseUrl must",
        ];
        foreach (var name in named)
            lines.Count(l => l.StartsWith(name, StringComparison.Ordinal)).ShouldBe(1, name);
    }

    [Theory]
    [InlineData(null, null, null, "exactly one of them must be set")]
    [InlineData("pem", null, "storytime/key", "exactly one of them must be set")]
    [InlineData(null, "/nowhere/key.pem", null, "CloudFront:PrivateKeyFile must hold a private key for CloudFront, RSA 2048 or ECDSA P-256. Could not find")]
    [InlineData(null, "/dev/null", null, "CloudFront:PrivateKeyFile must hold a private key for CloudFront, RSA 2048 or ECDSA P-256. This is no private key")]
    [InlineData("pem", null, null, "CLOUDFRONT_PRIVATE_KEY_PEM must hold a private key for CloudFront, RSA 2048 or ECDSA P-256. It holds a key without an id: set CLOUDFRONT_KEY_PAIR_ID")]
    [InlineData(null, null, "storytime/key", null)]
    public void The_place_of_the_signing_key_is_checked_at_the_start(string? pem, string? file, string? secret, string? complaint)
    {
        var options = new CloudFrontOptions
        {
            BaseUrl = new("https://cdn.example.com"),
            KeyPairId = file is null ? null : "K1",
            PrivateKeyPem = pem is null ? null : _key,
            PrivateKeyFile = file,
            PrivateKeySecret = secret,
        };
        var complaints = options.Validate(new ValidationContext(options)).Select(r => r.ErrorMessage).ToList();
        complaints.Count.ShouldBe(complaint is null ? 0 : 1);
        if (complaint is not null)
            complaints[0]!.ShouldContain(complaint);
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("", true)]
    [InlineData("cache:6379,ssl=true,password=a", true)]
    [InlineData("one:6379,two:6379,defaultDatabase=2", true)]
    [InlineData("redis://cache:6379", false)]
    [InlineData("cache:6379,colour=blue", false)]
    [InlineData("cache:99999", false)]
    [InlineData(",", false)]
    public void The_address_of_Redis_is_checked_at_the_start(string? connectionString, bool isGood)
    {
        var options = new RedisOptions { ConnectionString = connectionString };
        options.Validate(new ValidationContext(options)).Count(r => r.ErrorMessage!.StartsWith("Redis:ConnectionString must be")).ShouldBe(isGood ? 0 : 1);
    }

    [Fact]
    public void Jobs_are_stored_in_one_of_two_places()
    {
        foreach (var (storage, isGood) in new[] { ("postgres", true), ("redis", true), ("mysql", false), ("Redis", false) })
        {
            var options = new JobOptions { Storage = storage };
            List<ValidationResult> wrong = [];
            Validator.TryValidateObject(options, new ValidationContext(options), wrong, validateAllProperties: true).ShouldBe(isGood, storage);
            wrong.Select(w => w.ErrorMessage).ShouldBe(isGood ? [] : ["Jobs:Storage must be postgres or redis."]);
        }
    }

    [Fact]
    public async Task A_word_that_a_setting_does_not_know_stops_the_program_with_a_sentence() =>
        (await StartAsync(new() { ["Mail__Security"] = "ssl" })).ShouldBe(["Mail:Security cannot be 'ssl'. See docs/settings.md for what it can be."]);

    [Theory]
    [InlineData("mail.example.com", null, "starttls", null, null)]
    [InlineData("mail.example.com", null, "starttls", "me", null)]
    [InlineData(null, "/mails", "starttls", null, null)]
    [InlineData(null, null, "starttls", null, "exactly one of them must be set")]
    [InlineData("mail.example.com", "/mails", "starttls", null, "exactly one of them must be set")]
    [InlineData("mail.example.com", null, "none", "me", "Mail:Security must be starttls or tls")]
    public void The_way_of_mails_is_checked_at_the_start(string? host, string? folder, string security, string? user, string? complaint)
    {
        var options = new MailOptions
        {
            Host = host,
            PickupFolder = folder,
            Security = Enum.Parse<MailSecurity>(security, ignoreCase: true),
            User = user,
            Password = user is null ? null : "secret",
            From = "Storytime <no-reply@example.com>",
            LinkBaseUrl = new("https://api.example.com"),
        };
        var complaints = options.Validate(new ValidationContext(options)).Select(r => r.ErrorMessage!).ToList();
        complaints.Count.ShouldBe(complaint is null ? 0 : 1);
        if (complaint is not null)
            complaints[0].ShouldContain(complaint);
    }

    /// <returns>What the program says when it does not start.</returns>
    private static async Task<string[]> StartAsync(Dictionary<string, string> settings)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(ErrorEnvelope).Assembly.Location, "--urls", "http://127.0.0.1:0"]) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var (name, value) in settings)
            start.Environment[name] = value;
        using var program = Process.Start(start)!;
        var errors = program.StandardError.ReadToEndAsync();
        await program.StandardOutput.ReadToEndAsync();
        await program.WaitForExitAsync();
        program.ExitCode.ShouldBe(1);
        return (await errors).TrimEnd().Split('\n');
    }

    private static string Guide([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../../docs/settings.md"));
}
