using System.ComponentModel.DataAnnotations;

namespace Storytime.Platform.Aws;

/// <summary>Section <c>Aws</c>. Credentials come from the default chain of the AWS SDK (environment, profile, role of the task or instance).</summary>
public sealed record AwsOptions : IValidatableObject
{
    [RegularExpression("^[a-z]{2,}(-[a-z]+)+-[0-9]+$", ErrorMessage = "Aws:Region must name a region, such as us-east-1.")]
    [Required(ErrorMessage = "Aws:Region must name a region, such as us-east-1.")]
    public string Region { get; init; } = "us-east-1";

    /// <summary>Bucket of the masters; private.</summary>
    [Required(ErrorMessage = "Aws:MasterBucket must name the bucket of the master uploads.")]
    public string MasterBucket { get; init; } = "";

    /// <summary>Bucket of the HLS outputs, which CloudFront reads.</summary>
    [Required(ErrorMessage = "Aws:OutputBucket must name the bucket of the HLS outputs.")]
    public string OutputBucket { get; init; } = "";

    /// <summary>ARN of the role that MediaConvert takes on to read masters and write outputs.</summary>
    [Required(ErrorMessage = "Aws:MediaConvertRole must be the ARN of MediaConvert's service role.")]
    public string MediaConvertRole { get; init; } = "";

    /// <summary>ARN of the queue; MediaConvert's default queue when it is not set.</summary>
    public string? MediaConvertQueue { get; init; }

    /// <summary>Set only where S3 is not AWS's own; then path-style addresses are used.</summary>
    public Uri? S3Url { get; init; }

    /// <summary>Set only where MediaConvert is not AWS's own.</summary>
    public Uri? MediaConvertUrl { get; init; }

    /// <summary>Set only where SQS is not AWS's own.</summary>
    public Uri? SqsUrl { get; init; }

    /// <summary>GetJob and ListJobs calls a second that this node may make, each. AWS allows 2 for the account, unless its quota was raised; share it between nodes.</summary>
    [Range(1, 1000, ErrorMessage = "Aws:MediaConvertReadsPerSecond must be between 1 and 1000; AWS allows 2 for an account.")]
    public int MediaConvertReadsPerSecond { get; init; } = 2;

    /// <summary>Set only where Secrets Manager is not AWS's own.</summary>
    public Uri? SecretsManagerUrl { get; init; }

    public Uri MediaConvertEndpoint => MediaConvertUrl ?? new Uri($"https://mediaconvert.{Region}.amazonaws.com");

    public Uri SecretsManagerEndpoint => SecretsManagerUrl ?? new Uri($"https://secretsmanager.{Region}.amazonaws.com");

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!IsWebAddress(S3Url))
            yield return new ValidationResult("Aws:S3Url must be an http or https address, or not be set.", [nameof(S3Url)]);
        if (!IsWebAddress(SqsUrl))
            yield return new ValidationResult("Aws:SqsUrl must be an http or https address, or not be set.", [nameof(SqsUrl)]);
        if (!IsWebAddress(MediaConvertUrl))
            yield return new ValidationResult("Aws:MediaConvertUrl must be an http or https address, or not be set.", [nameof(MediaConvertUrl)]);
        if (!IsWebAddress(SecretsManagerUrl))
            yield return new ValidationResult("Aws:SecretsManagerUrl must be an http or https address, or not be set.", [nameof(SecretsManagerUrl)]);
    }

    private static bool IsWebAddress(Uri? address) => address is null || (address.IsAbsoluteUri && address.Scheme is "http" or "https");
}
