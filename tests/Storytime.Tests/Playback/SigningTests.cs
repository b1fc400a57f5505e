using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Storytime.Playback;

namespace Storytime.Tests.Playback;

/// <summary>The cookies, against the openssl command line as a judge that is not ours.</summary>
public sealed class SigningTests
{
    private static readonly Uri _cdn = new("https://cdn.example.com");
    private static readonly DateTimeOffset _expires = DateTimeOffset.FromUnixTimeSeconds(1_760_000_000);

    [Fact]
    public void The_policy_is_the_documented_text_to_the_letter() =>
        CloudFrontCookies.Policy(CloudFrontCookies.Resource(_cdn, 123), _expires).ShouldBe(
            """{"Statement":[{"Resource":"https://cdn.example.com/books/123/*","Condition":{"DateLessThan":{"AWS:EpochTime":1760000000}}}]}""");

    [Fact]
    public void The_resource_of_book_1_does_not_open_book_12() => CloudFrontCookies.Resource(_cdn, 1).ShouldEndWith("/books/1/*");

    [Fact]
    public void Cookie_format_present()
    {
        using var key = RSA.Create(2048);
        var policy = CloudFrontCookies.Policy(CloudFrontCookies.Resource(_cdn, 7), _expires);
        var cookies = CloudFrontCookies.Sign(key, "K2JCJMDEHXQW5F", HashAlgorithmName.SHA1, policy);
        cookies.Select(c => c.Name).ShouldBe(["CloudFront-Policy", "CloudFront-Signature", "CloudFront-Key-Pair-Id"]);
        cookies.ShouldAllBe(c => c.Value.All(x => char.IsAsciiLetterOrDigit(x) || "-_~".Contains(x)));
        Encoding.UTF8.GetString(Decode(cookies[0].Value)).ShouldBe(policy);
        JsonNode.Parse(policy)!["Statement"]!.AsArray().Count.ShouldBe(1);
        cookies[1].Value.Length.ShouldBe(344);
        cookies[2].Value.ShouldBe("K2JCJMDEHXQW5F");
    }

    [Theory]
    [InlineData("rsa", "SHA1")]
    [InlineData("rsa", "SHA256")]
    [InlineData("ec", "SHA1")]
    [InlineData("ec", "SHA256")]
    public async Task Openssl_verifies_the_signature(string kind, string hash)
    {
        using AsymmetricAlgorithm key = kind == "rsa" ? RSA.Create(2048) : ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var cookies = CloudFrontCookies.Sign(key, "K1", new HashAlgorithmName(hash), CloudFrontCookies.Policy(CloudFrontCookies.Resource(_cdn, 42), _expires));
        cookies.Length.ShouldBe(hash == "SHA256" ? 4 : 3);
        if (hash == "SHA256")
            cookies[3].ShouldBe(new CloudFrontCookie("CloudFront-Hash-Algorithm", "SHA256"));

        (await OpensslAsync(key, hash, Decode(cookies[0].Value), Decode(cookies[1].Value))).ShouldContain("Verified OK");
        var tampered = Decode(cookies[0].Value);
        tampered[^20] ^= 1;
        (await OpensslAsync(key, hash, tampered, Decode(cookies[1].Value))).ShouldNotContain("Verified OK");
    }

    [Theory]
    [InlineData("")]
    [InlineData("not a key")]
    [InlineData("public")]
    [InlineData("rsa1024")]
    [InlineData("p384")]
    public void Keys_that_CloudFront_does_not_take_are_refused(string kind)
    {
        using var rsa = RSA.Create(kind == "rsa1024" ? 1024 : 2048);
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var pem = kind switch
        {
            "public" => rsa.ExportSubjectPublicKeyInfoPem(),
            "rsa1024" => rsa.ExportPkcs8PrivateKeyPem(),
            "p384" => p384.ExportPkcs8PrivateKeyPem(),
            _ => kind,
        };
        Should.Throw<ArgumentException>(() => CloudFrontKey.Import(pem));
    }

    private static byte[] Decode(string value) => Convert.FromBase64String(value.Replace('-', '+').Replace('_', '=').Replace('~', '/'));

    private static async Task<string> OpensslAsync(AsymmetricAlgorithm key, string hash, byte[] data, byte[] signature)
    {
        var folder = Directory.CreateTempSubdirectory("storytime-openssl-").FullName;
        try
        {
            await File.WriteAllTextAsync($"{folder}/key.pem", key.ExportSubjectPublicKeyInfoPem());
            await File.WriteAllBytesAsync($"{folder}/data", data);
            await File.WriteAllBytesAsync($"{folder}/signature", signature);
            var start = new ProcessStartInfo("openssl", ["dgst", $"-{hash.ToLowerInvariant()}", "-verify", "key.pem", "-signature", "signature", "data"])
            {
                WorkingDirectory = folder,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            using var openssl = Process.Start(start)!;
            var output = await openssl.StandardOutput.ReadToEndAsync();
            await openssl.WaitForExitAsync();
            return output;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
