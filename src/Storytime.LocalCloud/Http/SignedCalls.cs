using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Storytime.LocalCloud.Faults;
using Storytime.LocalCloud.Signing;

namespace Storytime.LocalCloud.Http;

/// <summary>Answers signed JSON calls: the signature and the body's hash are verified before anything is looked at, then a fault may come in between.</summary>
internal sealed class SignedCalls(SigV4Verifier verifier, FaultRules faults)
{
    private const int LargestBody = 2 * 1024 * 1024;

    /// <summary><paramref name="operation"/> is the name by which fault rules know it; null for none.</summary>
    public async Task AnswerAsync(HttpContext http, JsonService service, string? operation, Func<byte[], CancellationToken, Task<Answer>> act)
    {
        var ct = http.RequestAborted;
        var body = await ReadAsync(http.Request, ct);
        var answer = body is null ? Answer.Error(413, "RequestEntityTooLargeException", "The request is too large.") : Refuse(http, service, body);
        if (answer is null)
        {
            var fault = operation is null ? null : faults.Take(operation);
            if (fault is { Fault: Fault.Delay }) await Task.Delay(fault.Delay, ct);
            answer = fault?.Fault switch
            {
                Fault.Throttle => Answer.Error(service.Throttled.Status, service.Throttled.Type, "Rate exceeded"),
                Fault.Quota => Answer.Error(service.OverQuota.Status, service.OverQuota.Type, "You have reached a quota of the service."),
                Fault.ServerError => Answer.Error(service.Broken.Status, service.Broken.Type, "The service has an internal error. Try again."),
                Fault.Drop => null,
                _ => await act(body!, ct),
            };
            if (fault?.Fault is Fault.Drop or Fault.LostAnswer)
            {
                http.Abort();
                return;
            }
        }

        await WriteAsync(http, service, answer!);
    }

    /// <summary>Null when the body is not a JSON object.</summary>
    public static JsonObject? Parse(byte[] body)
    {
        try
        {
            return JsonNode.Parse(body) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static async Task WriteAsync(HttpContext http, JsonService service, Answer answer)
    {
        http.Response.StatusCode = answer.Status;
        http.Response.Headers["x-amzn-RequestId"] = Guid.NewGuid().ToString();
        if (answer.ErrorType is { } type && service.Namespace is not null) answer.Body["__type"] = service.Namespace + type;
        else if (answer.ErrorType is not null) http.Response.Headers["x-amzn-ErrorType"] = answer.ErrorType;
        if (service.QueryError(answer) is { } queryError) http.Response.Headers["x-amzn-query-error"] = queryError;
        await http.Response.WriteTextAsync(service.ContentType, answer.Body.ToJsonString(), http.RequestAborted);
    }

    private Answer? Refuse(HttpContext http, JsonService service, byte[] body)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(body));
        if (verifier.Verify(http, service.Name, hash, out var signature) is { } refusal)
        {
            return refusal.Problem switch
            {
                SigV4Problem.NotSigned => Answer.Error(403, "MissingAuthenticationTokenException", "Missing Authentication Token"),
                SigV4Problem.Malformed => Answer.Error(403, "IncompleteSignatureException", refusal.Message),
                SigV4Problem.UnknownAccessKey => Answer.Error(403, "UnrecognizedClientException", "The security token included in the request is invalid."),
                SigV4Problem.TooSkewed or SigV4Problem.Expired or SigV4Problem.NotYetValid => Answer.Error(403, "InvalidSignatureException", $"Signature expired: {refusal.Message}"),
                SigV4Problem.SignatureMismatch => Answer.Error(403, "InvalidSignatureException", $"{refusal.Message}\n\nThe Canonical String for this request should have been\n'{refusal.CanonicalRequest}'\n\nThe String-to-Sign should have been\n'{refusal.StringToSign}'\n"),
                _ => Answer.Error(403, "InvalidSignatureException", refusal.Message),
            };
        }

        return signature!.PayloadHash == hash ? null : Answer.Error(403, "InvalidSignatureException", "The x-amz-content-sha256 header does not match the body.");
    }

    /// <summary>Null when it is larger than any request can be.</summary>
    private static async Task<byte[]?> ReadAsync(HttpRequest request, CancellationToken ct)
    {
        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await request.Body.ReadAsync(buffer, ct)) > 0)
        {
            if (body.Length + read > LargestBody) return null;
            body.Write(buffer, 0, read);
        }

        return body.ToArray();
    }
}
