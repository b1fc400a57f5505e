using Storytime.LocalCloud.SecretsManager;
using Storytime.LocalCloud.Sqs;

namespace Storytime.LocalCloud.Http;

/// <summary>POST to one address for the services of the AWS JSON protocols: the header X-Amz-Target names service and operation. SQS's clients may also post to the queue's URL.</summary>
internal sealed class TargetServer(SqsServer sqs, SecretVault secrets, SignedCalls calls, string account)
{
    public void MapTo(WebApplication app)
    {
        app.MapPost("/", ActAsync);
        app.MapPost($"/{account}/{{queue}}", ActAsync);
    }

    private Task ActAsync(HttpContext http) => http.Request.Headers["X-Amz-Target"].ToString().Split('.', 2) switch
    {
        ["AmazonSQS", var operation] => calls.AnswerAsync(http, JsonService.Sqs, $"SQS.{operation}", (body, ct) => sqs.ActAsync(operation, body, ct)),
        ["secretsmanager", "GetSecretValue"] => calls.AnswerAsync(http, JsonService.SecretsManager, "SecretsManager.GetSecretValue", (body, _) => Task.FromResult(secrets.Get(body))),
        ["secretsmanager", var operation] => calls.AnswerAsync(http, JsonService.SecretsManager, null, (_, _) => Task.FromResult(Unknown(operation))),
        _ => calls.AnswerAsync(http, JsonService.Sqs, null, (_, _) => Task.FromResult(Unknown(http.Request.Headers["X-Amz-Target"].ToString()))),
    };

    private static Answer Unknown(string operation) => Answer.Error(400, "UnknownOperationException", $"The local cloud has no operation \"{operation}\".");
}
