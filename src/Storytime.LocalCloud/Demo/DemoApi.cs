using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Storytime.LocalCloud.Demo;

/// <summary>Storytime's HTTP API for one signed-in caller. The demo data asks nothing that another client could not ask.</summary>
internal sealed class DemoApi
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private readonly HttpClient _http;
    private readonly string _base;
    private readonly string _token;

    private DemoApi(HttpClient http, string path, string token) => (_http, _base, _token) = (http, path, token);

    public static async Task<DemoApi> SignInAdminAsync(HttpClient http, DemoAdmin admin, CancellationToken ct)
    {
        var (status, answer) = await AskAsync(http, HttpMethod.Post, "/admin/api/v1/auth/login", null, new { admin.Email, admin.Password }, ct);
        return status == HttpStatusCode.OK
            ? new DemoApi(http, "/admin/api/v1", answer.GetProperty("jwt").GetString()!)
            : throw Refused(HttpMethod.Post, "/admin/api/v1/auth/login", status, answer);
    }

    public static async Task<bool> CanSignInAdminAsync(HttpClient http, DemoAdmin admin, CancellationToken ct) =>
        (await AskAsync(http, HttpMethod.Post, "/admin/api/v1/auth/login", null, new { admin.Email, admin.Password }, ct)).Status == HttpStatusCode.OK;

    /// <summary>Signs a parent in, after registering where there is no such account yet.</summary>
    public static async Task<DemoApi> SignInParentAsync(HttpClient http, DemoParent parent, CancellationToken ct)
    {
        var (status, answer) = await AskAsync(http, HttpMethod.Post, "/api/v1/auth/login", null, new { parent.Email, parent.Password }, ct);
        if (status == HttpStatusCode.Unauthorized)
            (status, answer) = await AskAsync(http, HttpMethod.Post, "/api/v1/auth/register", null, new { parent.Email, parent.Password, parent.Country }, ct);
        return status is HttpStatusCode.OK or HttpStatusCode.Created
            ? new DemoApi(http, "/api/v1", answer.GetProperty("jwt").GetString()!)
            : throw Refused(HttpMethod.Post, "/api/v1/auth/login", status, answer);
    }

    /// <summary>All of a list that is known to be short.</summary>
    public async Task<IReadOnlyList<JsonElement>> ListAsync(string path, CancellationToken ct)
    {
        var separator = path.Contains('?') ? '&' : '?';
        var list = await SendAsync(HttpMethod.Get, $"{path}{separator}per_page=100", null, ct);
        return [.. list.GetProperty("data").EnumerateArray()];
    }

    public Task<JsonElement> GetAsync(string path, CancellationToken ct) => SendAsync(HttpMethod.Get, path, null, ct);

    public Task<JsonElement> PostAsync(string path, object body, CancellationToken ct) => SendAsync(HttpMethod.Post, path, body, ct);

    public Task<JsonElement> PutAsync(string path, object body, CancellationToken ct) => SendAsync(HttpMethod.Put, path, body, ct);

    /// <summary>For what may be refused.</summary>
    /// <returns>Whether it was not.</returns>
    public async Task<bool> TryPostAsync(string path, object body, CancellationToken ct) =>
        (int)(await AskAsync(_http, HttpMethod.Post, _base + path, _token, body, ct)).Status is >= 200 and < 300;

    private async Task<JsonElement> SendAsync(HttpMethod method, string path, object? body, CancellationToken ct)
    {
        var (status, answer) = await AskAsync(_http, method, _base + path, _token, body, ct);
        return (int)status is >= 200 and < 300 ? answer : throw Refused(method, _base + path, status, answer);
    }

    private static async Task<(HttpStatusCode Status, JsonElement Answer)> AskAsync(
        HttpClient http, HttpMethod method, string path, string? token, object? body, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (body is not null)
            request.Content = JsonContent.Create(body, body.GetType(), options: Json);
        try
        {
            using var response = await http.SendAsync(request, ct);
            var bytes = await response.Content.ReadAsByteArrayAsync(ct);
            return (response.StatusCode, bytes.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(bytes));
        }
        catch (Exception e) when (e is HttpRequestException or JsonException)
        {
            throw new SetupException($"The demo data could not be made: {method} {path} failed ({e.Message}).", e);
        }
    }

    private static SetupException Refused(HttpMethod method, string path, HttpStatusCode status, JsonElement answer) =>
        new($"The demo data could not be made: {method} {path} answered {(int)status} {(answer.ValueKind == JsonValueKind.Undefined ? "" : answer.GetRawText())}");
}
