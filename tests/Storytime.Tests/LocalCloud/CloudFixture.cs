using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Signing;
using Amazon.S3;
using Amazon.SQS;
using Storytime.LocalCloud;

namespace Storytime.Tests.LocalCloud;

/// <summary>The machine's clock, moved.</summary>
public sealed class MovedClock : TimeProvider
{
    public TimeSpan By { get; set; }

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + By;
}

/// <summary>A local cloud in a temporary folder, with CloudFront keys that the openssl command line made.</summary>
public sealed class CloudFixture : IAsyncLifetime
{
    public const string RsaKeyId = "KRSATEST000001";
    public const string EcdsaKeyId = "KECTEST0000001";
    public const string Origin = "http://localhost:7777";
    public const string Role = "arn:aws:iam::111122223333:role/storytime-mediaconvert";

    public string Folder { get; } = Directory.CreateTempSubdirectory("storytime-cloud-").FullName;
    public Func<CloudOptions, CloudOptions> Configure { get; init; } = options => options;
    public MovedClock Clock { get; } = new();
    public MovedClock SigningClock { get; } = new();
    public CloudOptions Options { get; private set; } = null!;
    public CloudServices Cloud { get; private set; } = null!;
    public AmazonS3Client S3 { get; private set; } = null!;
    public HttpClient MediaConvert { get; private set; } = null!;

    /// <summary>As a browser or a device: unsigned, no redirects, no cookies of its own.</summary>
    public HttpClient Http { get; } = new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false });

    public string RsaKeyFile => Path.Combine(Folder, "rsa.pem");
    public string EcdsaKeyFile => Path.Combine(Folder, "ec.pem");

    public async ValueTask InitializeAsync()
    {
        await Shell.TextAsync("openssl", "genrsa", "-out", RsaKeyFile, "2048");
        await Shell.TextAsync("openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", EcdsaKeyFile);
        Options = Configure(new CloudOptions
        {
            DataFolder = Path.Combine(Folder, "data"),
            CloudFrontKeys = new Dictionary<string, string>
            {
                [RsaKeyId] = await Shell.TextAsync("openssl", "pkey", "-in", RsaKeyFile, "-pubout"),
                [EcdsaKeyId] = await Shell.TextAsync("openssl", "pkey", "-in", EcdsaKeyFile, "-pubout"),
            },
            AllowedOrigins = [Origin],
            SnsRetryDelay = TimeSpan.FromMilliseconds(20),
            Time = Clock,
            SigningTime = SigningClock,
        });
        await StartAsync();
    }

    public async Task StartAsync()
    {
        Cloud = await CloudServices.StartAsync(Options, TestContext.Current.CancellationToken);
        S3 = NewS3Client(Options.SecretAccessKey);
        MediaConvert = NewMediaConvertClient(Options.SecretAccessKey);
    }

    public AmazonS3Client NewS3Client(string secret, Action<AmazonS3Config>? configure = null)
    {
        var config = new AmazonS3Config { ServiceURL = Cloud.S3Url.ToString(), ForcePathStyle = true, AuthenticationRegion = Options.Region, MaxErrorRetry = 0 };
        configure?.Invoke(config);
        return new AmazonS3Client(new BasicAWSCredentials(Options.AccessKeyId, secret), config);
    }

    public AmazonSQSClient NewSqsClient(string secret) => new(
        new BasicAWSCredentials(Options.AccessKeyId, secret), new AmazonSQSConfig { ServiceURL = Cloud.MediaConvertUrl.ToString(), AuthenticationRegion = Options.Region, MaxErrorRetry = 0 });

    public HttpClient NewMediaConvertClient(string secret) => new(new SigV4SigningHandler(
        new BasicAWSCredentials(Options.AccessKeyId, secret), RegionEndpoint.USEast1, "mediaconvert", new SocketsHttpHandler { AllowAutoRedirect = false }))
    {
        BaseAddress = new Uri(Cloud.MediaConvertUrl, "/2017-08-29/"),
    };

    public async ValueTask DisposeAsync()
    {
        S3?.Dispose();
        MediaConvert?.Dispose();
        Http.Dispose();
        if (Cloud is not null) await Cloud.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}
