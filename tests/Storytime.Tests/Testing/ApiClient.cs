using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Storytime.Tests.Testing;

/// <summary>Calls the API as any client would, and gives status and JSON.</summary>
public sealed class ApiClient(HttpClient http, string? token)
{
    public HttpClient Http { get; } = http;

    public string? Token { get; } = token;

    public Task<Answer> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public Task<Answer> PostAsync(string path, object? body = null) => SendAsync(HttpMethod.Post, path, body);

    public Task<Answer> PutAsync(string path, object body) => SendAsync(HttpMethod.Put, path, body);

    public Task<Answer> PatchAsync(string path, object body) => SendAsync(HttpMethod.Patch, path, body);

    public Task<Answer> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path);

    /// <param name="body">An object is sent as JSON with the names that it has; a string is sent as it is, as JSON.</param>
    public async Task<Answer> SendAsync(HttpMethod method, string path, object? body = null, Action<HttpRequestMessage>? change = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (Token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        request.Content = body switch
        {
            null => null,
            string text => new StringContent(text, Encoding.UTF8, "application/json"),
            _ => JsonContent.Create(body),
        };
        change?.Invoke(request);
        using var response = await Http.SendAsync(request);
        var content = await response.Content.ReadAsStringAsync();
        return new Answer(response.StatusCode, content, response.Headers, response.Content.Headers.ContentType?.MediaType);
    }
}

public sealed record Answer(HttpStatusCode Status, string Text, HttpResponseHeaders Headers, string? MediaType)
{
    public JsonNode Json => JsonNode.Parse(Text)!;

    /// <summary>The member of the body by this name.</summary>
    public JsonNode? this[string member] => Json[member];

    public string? ErrorCode => (string?)Json["error"]?["code"];

    public Answer ShouldBe(HttpStatusCode status)
    {
        Status.ShouldBe(status, Text);
        return this;
    }

    /// <summary>The body is, byte for byte, what the serializer makes of it.</summary>
    public void ShouldBeWrittenAs<T>(StorytimeApp app)
    {
        ShouldBe(HttpStatusCode.OK);
        var options = app.Services.GetRequiredService<IOptions<Microsoft.AspNetCore.Http.Json.JsonOptions>>().Value.SerializerOptions;
        Text.ShouldBe(JsonSerializer.Serialize(JsonSerializer.Deserialize<T>(Text, options), options));
    }

    public Answer ShouldBeError(HttpStatusCode status, string code)
    {
        Status.ShouldBe(status, Text);
        MediaType.ShouldBe("application/json");
        var error = Json["error"].ShouldNotBeNull();
        ((string?)error["code"]).ShouldBe(code, Text);
        ((string?)error["message"]).ShouldNotBeNullOrWhiteSpace();
        error["details"].ShouldBeOfType<JsonObject>();
        return this;
    }
}
