using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Storytime.LocalCloud.Http;

namespace Storytime.LocalCloud.Faults;

/// <summary>A development tool that AWS has not, so it is not signed: <c>GET</c>, <c>PUT</c> and <c>DELETE /faults</c>. The server is bound to loopback, and a page of
/// another origin cannot PUT or DELETE without a permission (CORS) that is not given here.</summary>
internal sealed class FaultServer(FaultRules faults)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public void MapTo(WebApplication app)
    {
        app.MapGet("/faults", WriteAsync);
        app.MapPut("/faults", PutAsync);
        app.MapDelete("/faults", http =>
        {
            faults.Clear();
            return WriteAsync(http);
        });
    }

    private async Task PutAsync(HttpContext http)
    {
        try
        {
            faults.Set(await JsonSerializer.DeserializeAsync<List<FaultRule>>(http.Request.Body, Json, http.RequestAborted) ?? []);
            await WriteAsync(http);
        }
        catch (Exception error) when (error is JsonException or ArgumentException)
        {
            http.Response.StatusCode = 400;
            await http.Response.WriteTextAsync("application/json", new JsonObject { ["message"] = error.Message }.ToJsonString(), http.RequestAborted);
        }
    }

    private Task WriteAsync(HttpContext http) => http.Response.WriteTextAsync("application/json", JsonSerializer.Serialize(faults.Rules, Json), http.RequestAborted);
}
