using System.ComponentModel.DataAnnotations;

namespace Storytime.Videos;

/// <summary>Section <c>Uploads</c>.</summary>
public sealed record UploadOptions : IValidatableObject
{
    /// <summary>S3's own limit for one PUT. https://docs.aws.amazon.com/AmazonS3/latest/userguide/upload-objects.html</summary>
    private const long LargestPut = 5L * 1024 * 1024 * 1024;

    /// <summary>Smallest master; nothing below it can be a film.</summary>
    [Range(1, long.MaxValue, ErrorMessage = "Uploads:MinSizeBytes must be at least 1.")]
    public long MinSizeBytes { get; init; } = 1;

    /// <summary>Largest master.</summary>
    [Range(1, LargestPut, ErrorMessage = "Uploads:MaxSizeBytes must be between 1 and 5368709120 (5 GB, what S3 takes in one PUT).")]
    public long MaxSizeBytes { get; init; } = LargestPut;

    /// <summary>How long a presigned address may be used. S3 looks at it when the upload begins.</summary>
    public TimeSpan UrlLifetime { get; init; } = TimeSpan.FromHours(1);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (UrlLifetime < TimeSpan.FromMinutes(1) || UrlLifetime > TimeSpan.FromDays(7))
            yield return new ValidationResult("Uploads:UrlLifetime must be between 00:01:00 and 7.00:00:00.", [nameof(UrlLifetime)]);
        if (MinSizeBytes > MaxSizeBytes)
            yield return new ValidationResult("Uploads:MinSizeBytes must not be above Uploads:MaxSizeBytes.", [nameof(MinSizeBytes)]);
    }
}
