namespace Storytime.LocalCloud.Http;

/// <summary>An AWS service of signed JSON calls, with its own words for the faults that can be asked for. <c>Namespace</c> is set where the type of an error
/// stands in the body's <c>__type</c> (AWS JSON 1.0 and 1.1) rather than in a header (REST-JSON).</summary>
internal sealed record JsonService(string Name, string ContentType, string? Namespace, (int Status, string Type) Throttled, (int Status, string Type) OverQuota, (int Status, string Type) Broken)
{
    public static readonly JsonService MediaConvert = new("mediaconvert", "application/json", null,
        (429, "TooManyRequestsException"), (402, "ServiceQuotaExceededException"), (500, "InternalServerErrorException"));

    public static readonly JsonService Sqs = new("sqs", "application/x-amz-json-1.0", "com.amazonaws.sqs#", (403, "RequestThrottled"), (403, "OverLimit"), (500, "InternalFailure"));

    public static readonly JsonService SecretsManager = new("secretsmanager", "application/x-amz-json-1.1", "",
        (400, "ThrottlingException"), (400, "LimitExceededException"), (500, "InternalServiceError"));

    /// <summary>The words of the query protocol, which SQS's JSON errors carry along in x-amzn-query-error and the SDKs take as the error's code
    /// (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-json-api-responses.html).</summary>
    public string? QueryError(Answer answer) => this != Sqs || answer.ErrorType is not { } type ? null : type switch
    {
        "QueueDoesNotExist" => "AWS.SimpleQueueService.NonExistentQueue;Sender",
        "MessageNotInflight" or "EmptyBatchRequest" or "TooManyEntriesInBatchRequest" or "BatchEntryIdsNotDistinct" => $"AWS.SimpleQueueService.{type};Sender",
        _ => $"{type};{(answer.Status >= 500 ? "Receiver" : "Sender")}",
    };
}
