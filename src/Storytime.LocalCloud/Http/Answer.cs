using System.Text.Json.Nodes;

namespace Storytime.LocalCloud.Http;

/// <summary>What an AWS operation answers; <c>ErrorType</c> is the name of the exception that SDKs make of it.</summary>
internal sealed record Answer(int Status, JsonObject Body, string? ErrorType = null)
{
    public static Answer Ok(JsonObject body) => new(200, body);

    public static Answer Error(int status, string type, string message) => new(status, new JsonObject { ["message"] = message }, type);

    public static Answer BadRequest(string message) => Error(400, "BadRequestException", message);
}
