using Storytime.LocalCloud.Orchestration;

namespace Storytime.LocalCloud.Demo;

internal sealed record DemoAdmin(string Email, string Password, string Role);

/// <param name="Shelf">Slugs of the books on the child's shelf, the first one added first.</param>
/// <param name="ScreenTime">As the API takes it; null for no limits.</param>
internal sealed record DemoChild(string Name, int Age, IReadOnlyList<string> Shelf, object? ScreenTime = null);

internal sealed record DemoParent(string Email, string Password, string Country, IReadOnlyList<DemoChild> Children);

/// <summary>Who lives in the demo data.</summary>
internal static class DemoPeople
{
    private const string StaffPassword = "keeper-of-stories";
    private const string ParentPassword = "read-me-a-story";

    public static DemoAdmin Editor { get; } = new("editor@storytime.test", StaffPassword, "editor");

    public static DemoAdmin Finance { get; } = new("finance@storytime.test", StaffPassword, "finance");

    public static IReadOnlyList<DemoAdmin> Admins { get; } = [new("admin@storytime.test", StaffPassword, "admin"), Editor, Finance];

    public static IReadOnlyList<DemoParent> Parents { get; } =
    [
        new("maya@family.test", ParentPassword, "US",
        [
            new("Nora", 4, ["little-boat", "quiet-snow", "tall-tall-tree", "fox-rubber-boots", "moon-forgot-bed", "five-sleepy-sheep"]),
            new("Leo", 6, ["kite-no-down", "little-boat", "luna-luciernaga", "moon-forgot-bed"]),
        ]),
        new("owen@family.test", ParentPassword, "GB",
        [
            new("Isla", 5, ["fox-rubber-boots", "moon-forgot-bed", "quiet-snow"]),
            // The others have no limits, so that at any time of day there is a child to try things out with.
            new("Finn", 3, ["tall-tall-tree", "five-sleepy-sheep"], new
            {
                daily_minutes = 90,
                quiet_hours = new[] { new { start = "20:30", end = "06:30" } },
                time_zone = "Europe/London",
                finish_story = true,
            }),
        ]),
    ];

    /// <summary>Makes the members of staff that cannot sign in yet.</summary>
    public static async Task EnsureAdminsAsync(Product product, HttpClient http, CancellationToken ct)
    {
        await Task.WhenAll(Admins.Select(async admin =>
        {
            if (!await DemoApi.CanSignInAdminAsync(http, admin, ct))
                await product.CreateAdminAsync(admin.Email, admin.Role, admin.Password, ct);
        }));
    }
}
