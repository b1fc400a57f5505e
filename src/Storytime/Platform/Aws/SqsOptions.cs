using System.ComponentModel.DataAnnotations;

namespace Storytime.Platform.Aws;

/// <summary>Section <c>Sqs</c>: the queue that EventBridge puts MediaConvert's events into.</summary>
public sealed record SqsOptions : IValidatableObject
{
    /// <summary>Not set: events come by the webhook only, and by polling.</summary>
    public Uri? QueueUrl { get; init; }

    /// <summary>How long a received message is kept from other nodes; it comes again when it was not applied by then.</summary>
    public TimeSpan VisibilityTimeout { get; init; } = TimeSpan.FromMinutes(1);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (QueueUrl is { } url && !(url.IsAbsoluteUri && url.Scheme is "http" or "https"))
            yield return new ValidationResult("Sqs:QueueUrl must be the address of a queue, such as https://sqs.us-east-1.amazonaws.com/111122223333/storytime-mediaconvert, or not be set.", [nameof(QueueUrl)]);
        if (VisibilityTimeout < TimeSpan.FromSeconds(1) || VisibilityTimeout > TimeSpan.FromHours(12))
            yield return new ValidationResult("Sqs:VisibilityTimeout must be between 00:00:01 and 12:00:00.", [nameof(VisibilityTimeout)]);
    }
}
