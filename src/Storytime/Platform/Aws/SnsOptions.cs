using System.ComponentModel.DataAnnotations;

namespace Storytime.Platform.Aws;

/// <summary>Section <c>Sns</c>: the topic whose notices the webhook takes.</summary>
public sealed record SnsOptions : IValidatableObject
{
    /// <summary>The only topic that is believed. Not set: the webhook refuses everything, and polling alone finds out what became of a job.</summary>
    [RegularExpression("^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_.-]{1,256}$",
        ErrorMessage = "Sns:TopicArn must be the ARN of the topic, such as arn:aws:sns:us-east-1:111122223333:storytime-mediaconvert.")]
    public string? TopicArn { get; init; }

    /// <summary>Origins that may serve certificates and confirmations besides AWS's own SNS hosts; for a local cloud.</summary>
    public string[] TrustedOrigins { get; init; } = [];

    /// <summary>Older notices are refused. SNS retries for up to an hour.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromHours(1);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var origin in TrustedOrigins)
        {
            if (!Uri.TryCreate(origin, UriKind.Absolute, out var uri) || uri.GetLeftPart(UriPartial.Authority) != origin.TrimEnd('/'))
                yield return new ValidationResult($"Sns:TrustedOrigins: '{origin}' is no origin, such as http://localhost:5083.", [nameof(TrustedOrigins)]);
        }
        // Which messages were seen is known for a day.
        if (MaxAge <= TimeSpan.Zero || MaxAge > TimeSpan.FromHours(12))
            yield return new ValidationResult("Sns:MaxAge must be longer than nothing and at most 12:00:00, such as 01:00:00.", [nameof(MaxAge)]);
    }
}
