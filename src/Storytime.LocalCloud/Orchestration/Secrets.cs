using System.Security.Cryptography;

namespace Storytime.LocalCloud.Orchestration;

/// <summary>This checkout's own secrets, made at the first run and kept in files that only its user reads.</summary>
internal sealed record Secrets(string SigningKey, string CloudFrontKeyPairId, string CloudFrontPrivateKey, string CloudFrontPublicKey)
{
    public static Secrets LoadOrMake(string folder)
    {
        Directory.CreateDirectory(folder);
        var signingKey = ReadOrMake(Path.Combine(folder, "signing-key"), () => Convert.ToBase64String(RandomNumberGenerator.GetBytes(48)));
        var privateKey = ReadOrMake(Path.Combine(folder, "cloudfront.pem"), () =>
        {
            using var made = RSA.Create(2048);
            return made.ExportPkcs8PrivateKeyPem();
        });
        using var rsa = RSA.Create();
        rsa.ImportFromPem(privateKey);
        var publicKey = rsa.ExportSubjectPublicKeyInfoPem();
        return new Secrets(signingKey, KeyId(rsa), privateKey, publicKey);
    }

    /// <summary>Looks like the id that CloudFront gives to an uploaded public key.</summary>
    private static string KeyId(RSA key) => "K" + Convert.ToHexString(SHA256.HashData(key.ExportSubjectPublicKeyInfo()))[..13];

    private static string ReadOrMake(string file, Func<string> make)
    {
        if (File.Exists(file))
            return File.ReadAllText(file).Trim();

        var secret = make();
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var writer = new StreamWriter(file + ".new", options))
            writer.Write(secret);
        File.Move(file + ".new", file, overwrite: true);
        return secret;
    }
}
