using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Credentials;
using Amazon.Runtime.Signing;
using Amazon.S3;
using Amazon.SQS;
using Microsoft.Extensions.Http.Resilience;
using Microsoft.Extensions.Options;

namespace Storytime.Platform.Aws;

/// <summary>The clients of AWS. None of them calls AWS, or needs credentials, before it is used: the API starts and stays healthy without.</summary>
internal static class AwsSetup
{
    public static void AddAws(this IServiceCollection services)
    {
        services.AddSettings<AwsOptions>("Aws");
        services.AddSettings<SnsOptions>("Sns");
        services.AddSettings<SqsOptions>("Sqs");
        // Checked by playback, with the rest of the section.
        services.AddOptions<CdnOptions>().BindConfiguration("CloudFront");

        services.AddSingleton<IAmazonS3>(provider => new AmazonS3Client(S3Config(provider.GetRequiredService<IOptions<AwsOptions>>().Value)));

        services.AddSingleton<IAmazonSQS>(provider => new AmazonSQSClient(SqsConfig(provider.GetRequiredService<IOptions<AwsOptions>>().Value)));

        services.AddSingleton<MediaConvertPace>();
        services.AddSignedClient<MediaConvertClient>("mediaconvert", aws => aws.MediaConvertEndpoint)
            .AddStandardResilienceHandler(resilience =>
            {
                // A second CreateJob could be a second paid job: only the submit itself may decide on one.
                resilience.Retry.DisableForUnsafeHttpMethods();
                resilience.Retry.Delay = TimeSpan.FromSeconds(1);
                resilience.AttemptTimeout.Timeout = TimeSpan.FromSeconds(25);
                resilience.TotalRequestTimeout.Timeout = TimeSpan.FromSeconds(60);
                resilience.CircuitBreaker.SamplingDuration = TimeSpan.FromSeconds(60);
                // Each asset has a pause of its own: this is for a MediaConvert that answers nobody, not for one that is busy.
                resilience.CircuitBreaker.FailureRatio = 0.9;
            });

        // The defaults fit: it only reads, and whoever asks has time.
        services.AddSignedClient<SecretsManagerClient>("secretsmanager", aws => aws.SecretsManagerEndpoint).AddStandardResilienceHandler();

        services.AddSingleton<SnsCertificates>();
        services.AddScoped<SnsNotices>();
        services.AddHttpClient(SnsCertificates.HttpClientName, http =>
            {
                http.Timeout = TimeSpan.FromSeconds(5);
                http.MaxResponseContentBufferSize = 64 * 1024;
            })
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
    }

    /// <summary>A client whose requests are signed. Add the resilience handler to it: outside of the signing, so that each try is signed anew.</summary>
    private static IHttpClientBuilder AddSignedClient<T>(this IServiceCollection services, string service, Func<AwsOptions, Uri> endpoint) where T : class =>
        services.AddHttpClient<T>((provider, http) =>
            {
                http.BaseAddress = endpoint(provider.GetRequiredService<IOptions<AwsOptions>>().Value);
                // Above the limits of the resilience handler, which end at the headers: a body that stops in the middle must not hold a job for ever.
                http.Timeout = TimeSpan.FromSeconds(70);
            })
            .ConfigurePrimaryHttpMessageHandler(provider => new SigV4SigningHandler(
                new ChainCredentials(),
                RegionEndpoint.GetBySystemName(provider.GetRequiredService<IOptions<AwsOptions>>().Value.Region),
                service,
                // A followed redirect would arrive unsigned.
                new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) }));

    private static AmazonS3Config S3Config(AwsOptions aws)
    {
        var config = new AmazonS3Config
        {
            Timeout = TimeSpan.FromSeconds(30),
            MaxErrorRetry = 2,
            // An upload in parts that is begun with the SDK's own choice of a checksum would want that checksum with every part.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
        };
        if (aws.S3Url is null)
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(aws.Region);
            return config;
        }
        config.ServiceURL = aws.S3Url.AbsoluteUri;
        config.AuthenticationRegion = aws.Region;
        config.ForcePathStyle = true;
        return config;
    }

    /// <summary>A receive waits up to 20 seconds by itself.</summary>
    private static AmazonSQSConfig SqsConfig(AwsOptions aws)
    {
        var config = new AmazonSQSConfig { Timeout = TimeSpan.FromSeconds(40), MaxErrorRetry = 2 };
        if (aws.SqsUrl is null)
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(aws.Region);
            return config;
        }
        config.ServiceURL = aws.SqsUrl.AbsoluteUri;
        config.AuthenticationRegion = aws.Region;
        return config;
    }

    /// <summary>The SDK's default chain, asked at each signature: keys of a role change every few hours, and a missing key must not stop the start.</summary>
    private sealed class ChainCredentials : AWSCredentials
    {
        public override ImmutableCredentials GetCredentials() => DefaultAWSCredentialsIdentityResolver.GetCredentials().GetCredentials();

        public override async Task<ImmutableCredentials> GetCredentialsAsync() =>
            await (await DefaultAWSCredentialsIdentityResolver.GetCredentialsAsync()).GetCredentialsAsync();
    }
}
