using System.Security;
using Storytime.LocalCloud.Http;

namespace Storytime.LocalCloud.Sns;

/// <summary>What an HTTP subscriber calls: the signing certificate, and the links in its messages (query API, version 2010-03-31).</summary>
internal sealed class SnsServer(SnsTopic topic)
{
    public void MapTo(WebApplication app)
    {
        app.MapGet(topic.Signer.CertificatePath, http => http.Response.WriteTextAsync("application/x-pem-file", topic.Signer.CertificatePem, http.RequestAborted));
        app.MapGet("/", ActAsync);
    }

    private Task ActAsync(HttpContext http)
    {
        var (query, action) = (http.Request.Query, http.Request.Query["Action"].ToString());
        switch (action)
        {
            case "ConfirmSubscription" when query["TopicArn"] != topic.Arn:
                return FailAsync(http, 404, "NotFound", "Topic does not exist");
            case "ConfirmSubscription" when topic.Confirm(query["Token"].ToString()) is { } arn:
                return SucceedAsync(http, action, $"<ConfirmSubscriptionResult><SubscriptionArn>{SecurityElement.Escape(arn)}</SubscriptionArn></ConfirmSubscriptionResult>");
            case "ConfirmSubscription":
                return FailAsync(http, 400, "InvalidParameter", "Invalid token");
            case "Unsubscribe" when topic.Unsubscribe(query["SubscriptionArn"].ToString()):
                return SucceedAsync(http, action, "");
            case "Unsubscribe":
                return FailAsync(http, 404, "NotFound", "Subscription does not exist");
            default:
                return FailAsync(http, 400, "InvalidAction", "The local cloud knows ConfirmSubscription and Unsubscribe");
        }
    }

    private static Task SucceedAsync(HttpContext http, string action, string result) => http.Response.WriteTextAsync(
        "text/xml", $"<{action}Response xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\">{result}<ResponseMetadata><RequestId>{Guid.NewGuid()}</RequestId></ResponseMetadata></{action}Response>", http.RequestAborted);

    private static Task FailAsync(HttpContext http, int status, string code, string message)
    {
        http.Response.StatusCode = status;
        return http.Response.WriteTextAsync(
            "text/xml",
            $"<ErrorResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error><RequestId>{Guid.NewGuid()}</RequestId></ErrorResponse>",
            http.RequestAborted);
    }
}
