using System.Net;

namespace Storytime.Tests.Testing;

/// <summary>Makes parents and children through the API.</summary>
public static class Families
{
    public const string Password = "correct horse battery";

    private static int _count;

    public static string NewEmail() => $"parent{Interlocked.Increment(ref _count)}-{Guid.NewGuid():N}@example.com";

    /// <summary>Registers a new parent and gives a client with its token.</summary>
    public static async Task<ApiClient> ParentAsync(this StorytimeApp app, string country = "US")
    {
        var answer = await app.Client().PostAsync("/api/v1/auth/register", new { email = NewEmail(), password = Password, country });
        answer.ShouldBe(HttpStatusCode.Created);
        return app.Client((string)answer["jwt"]!);
    }

    public static async Task<long> ChildAsync(this ApiClient parent, string name = "Mia") =>
        (long)(await parent.PostAsync("/api/v1/children", new { name })).ShouldBe(HttpStatusCode.Created)["id"]!;

    /// <summary>Hands a device over and gives a client with the child's token.</summary>
    public static async Task<ApiClient> HandOverAsync(this StorytimeApp app, ApiClient parent, long childId) =>
        app.Client((string)(await parent.PostAsync($"/api/v1/children/{childId}/child_sessions", new { device_name = "iPad" })).ShouldBe(HttpStatusCode.Created)["token"]!);
}
