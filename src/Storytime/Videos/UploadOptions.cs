using System.ComponentModel.DataAnnotations;

namespace Storytime.Videos;

/// <summary>Section <c>Uploads</c>. Limits of S3: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html</summary>
public sealed record UploadOptions : IValidatableObject
{
    private const long Mebibyte = 1024 * 1024;

    /// <summary>What S3 takes in one PUT.</summary>
    public const long LargestPut = 5L * 1024 * Mebibyte;

    private const int MostParts = 10_000;

    /// <summary>Smallest master; nothing below it can be a film.</summary>
    [Range(1, long.MaxValue, ErrorMessage = "Uploads:MinSizeBytes must be at least 1.")]
    public long MinSizeBytes { get; init; } = 1;

    /// <summary>Largest master.</summary>
    [Range(1, MostParts * LargestPut, ErrorMessage = "Uploads:MaxSizeBytes must be between 1 and 53687091200000 (10,000 parts of 5 GB).")]
    public long MaxSizeBytes { get; init; } = 100L * 1024 * Mebibyte;

    /// <summary>Largest cover of a book.</summary>
    [Range(1, LargestPut, ErrorMessage = "Uploads:MaxCoverBytes must be between 1 and 5368709120 (5 GB, what S3 takes in one PUT).")]
    public long MaxCoverBytes { get; init; } = 10 * Mebibyte;

    /// <summary>Larger files are uploaded in parts.</summary>
    [Range(0, LargestPut, ErrorMessage = "Uploads:MultipartAboveBytes must be between 0 and 5368709120 (5 GB, what S3 takes in one PUT).")]
    public long MultipartAboveBytes { get; init; } = 100_000_000;

    /// <summary>Of each part but the last; more where a file would have over 10,000 of them.</summary>
    [Range(5 * Mebibyte, LargestPut, ErrorMessage = "Uploads:PartSizeBytes must be between 5242880 (5 MiB) and 5368709120 (5 GiB).")]
    public long PartSizeBytes { get; init; } = 16 * Mebibyte;

    /// <summary>How long a presigned address may be used. S3 looks at it when the upload begins.</summary>
    public TimeSpan UrlLifetime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>An upload that nothing was made of is given up after this, and its bytes are deleted.</summary>
    public TimeSpan AbandonAfter { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Bytes of the parts of a file of this size: whole mebibytes.</summary>
    public long PartSizeFor(long size)
    {
        var least = (size + MostParts - 1) / MostParts;
        return Math.Max(PartSizeBytes, (least + Mebibyte - 1) / Mebibyte * Mebibyte);
    }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (UrlLifetime < TimeSpan.FromMinutes(1) || UrlLifetime > TimeSpan.FromDays(7))
            yield return new ValidationResult("Uploads:UrlLifetime must be between 00:01:00 and 7.00:00:00.", [nameof(UrlLifetime)]);
        if (AbandonAfter < TimeSpan.FromHours(1) || AbandonAfter < UrlLifetime)
            yield return new ValidationResult("Uploads:AbandonAfter must be at least 01:00:00, and not below Uploads:UrlLifetime.", [nameof(AbandonAfter)]);
        if (MinSizeBytes > MaxSizeBytes)
            yield return new ValidationResult("Uploads:MinSizeBytes must not be above Uploads:MaxSizeBytes.", [nameof(MinSizeBytes)]);
    }
}
