using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Storytime.LocalCloud.Demo;

namespace Storytime.Browser.Tests.Testing;

/// <summary>The API for one signed-in caller, for what a test needs to be there before somebody opens the console.</summary>
internal sealed class StaffApi : IDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private readonly HttpClient _http;

    private StaffApi(HttpClient http) => _http = http;

    public static Task<StaffApi> SignInAsync(RunningStorytime storytime, DemoAdmin admin) =>
        SignInAsync(storytime, "admin/api/v1/", "auth/login", new { admin.Email, admin.Password });

    public static Task<StaffApi> SignInParentAsync(RunningStorytime storytime) =>
        SignInAsync(storytime, "api/v1/", "auth/login", new { storytime.Parent.Email, storytime.Parent.Password });

    /// <summary>A new account of staff, for a test that changes what becomes of it.</summary>
    public static async Task<(DemoAdmin Staff, long Id)> AddStaffAsync(RunningStorytime storytime, string role)
    {
        using var admin = await SignInAsync(storytime, storytime.Staff["admin"]);
        var staff = new DemoAdmin($"{role}-{Guid.NewGuid():N}@staff.test", "a-shelf-of-their-own", role);
        var made = await admin.PostAsync("admins", new { staff.Email, staff.Role, staff.Password });
        return (staff, made.GetProperty("admin").Id());
    }

    /// <summary>A new family, registered now.</summary>
    public static Task<StaffApi> RegisterAsync(RunningStorytime storytime, string email, string password) =>
        SignInAsync(storytime, "api/v1/", "auth/register", new { email, password, country = "US" });

    private static async Task<StaffApi> SignInAsync(RunningStorytime storytime, string root, string path, object body)
    {
        var api = new StaffApi(new HttpClient { BaseAddress = new Uri(storytime.App, root), Timeout = TimeSpan.FromMinutes(2) });
        var answer = await api.SendAsync(HttpMethod.Post, path, body);
        api._http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", answer.GetProperty("jwt").GetString());
        return api;
    }

    public Task<JsonElement> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null);

    public Task<JsonElement> PostAsync(string path, object body) => SendAsync(HttpMethod.Post, path, body);

    public Task<JsonElement> PutAsync(string path, object body) => SendAsync(HttpMethod.Put, path, body);

    public Task<JsonElement> PatchAsync(string path, object body) => SendAsync(HttpMethod.Patch, path, body);

    public Task DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path, null);

    /// <summary>The first page of a list.</summary>
    public async Task<IReadOnlyList<JsonElement>> ListAsync(string path) =>
        [.. (await GetAsync($"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}per_page=100")).GetProperty("data").EnumerateArray()];

    /// <returns>The status, whatever it is.</returns>
    public async Task<int> TryAsync(HttpMethod method, string path, object body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = JsonContent.Create(body, body.GetType(), options: Json) };
        using var answer = await _http.SendAsync(request);
        return (int)answer.StatusCode;
    }

    private async Task<JsonElement> SendAsync(HttpMethod method, string path, object? body)
    {
        using var request = new HttpRequestMessage(method, path.TrimStart('/')) { Content = body is null ? null : JsonContent.Create(body, body.GetType(), options: Json) };
        using var answer = await _http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        answer.IsSuccessStatusCode.ShouldBeTrue($"{method} {path}: {(int)answer.StatusCode} {text}");
        return text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text);
    }

    public void Dispose() => _http.Dispose();
}

internal static class JsonElements
{
    public static long Id(this JsonElement resource) => resource.GetProperty("id").GetInt64();

    public static string Text(this JsonElement resource, string member) => resource.GetProperty(member).GetString() ?? "";
}
