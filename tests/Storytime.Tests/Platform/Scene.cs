using System.Collections.Concurrent;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Storytime.Accounts;
using Storytime.Admin;
using Storytime.Admin.Shell;
using Storytime.Platform.Auth;
using Storytime.Tests.Testing;
using Storytime.Tests.Videos;
using Storytime.Videos;

namespace Storytime.Tests.Platform;

/// <summary>Two families and the things of staff. Each is made when it is first asked for, once.</summary>
internal sealed class Scene(VideoHost host) : MadeOnce
{
    private static int _months;

    public VideoHost Host { get; } = host;

    public Family Ours { get; } = new(host.App);

    public Family Theirs { get; } = new(host.App);

    public Task<long> BookAsync() => OnceAsync(() => Host.App.BookAsync());

    public Task<long> PublisherAsync() => OnceAsync(() => Host.App.PublisherAsync());

    public Task<long> PublishersBookAsync() => OnceAsync(async () => await Host.App.BookAsync(publisherId: await PublisherAsync(), video: false));

    public Task<long> RightsWindowAsync() => OnceAsync(async () =>
        await Host.Editor.WindowAsync(await PublisherAsync(), await PublishersBookAsync(), Host.App.Now.AddDays(-9), Host.App.Now.AddDays(-2)));

    public Task<long> ContractAsync() => OnceAsync(async () => await (await Host.App.StaffAsync(AdminRole.Finance)).ContractAsync(await PublisherAsync()));

    /// <summary>A month for which some dollars were entered, and which no other scene has.</summary>
    public Task<string> RevenueMonthAsync() => OnceAsync(async () =>
    {
        var month = $"{new DateOnly(2002, 1, 1).AddMonths(Interlocked.Increment(ref _months) % 240):yyyy-MM}";
        var answer = await (await Host.App.StaffAsync(AdminRole.Finance)).PutAsync($"/admin/api/v1/revenue_periods/{month}", new { amount_cents = 100, currency = "USD" });
        ((int)answer.Status).ShouldBeOneOf(200, 201);
        return month;
    });

    /// <summary>Of the erasure of a child that nobody else asks for.</summary>
    public Task<string> ReceiptAsync() => OnceAsync(async () =>
    {
        var (parent, child) = await Host.App.FamilyAsync();
        return (await parent.DeleteAsync($"/api/v1/children/{child}")).ShouldBe(HttpStatusCode.NoContent).Headers.Location!.ToString().Split('/')[^1];
    });

    /// <summary>In one part, which was not sent yet.</summary>
    public Task<JsonNode> UploadAsync() => OnceAsync(() => Host.BeginPartsAsync(new byte[1000]));

    public Task<string> CoverKeyAsync() => OnceAsync(async () =>
    {
        var answer = await Host.Editor.PostAsync($"/admin/api/v1/books/{await BookAsync()}/cover", new { filename = "a.png", content_type = "image/png", size = 100 });
        return (string)answer.ShouldBe(HttpStatusCode.Created)["cover_s3_key"]!;
    });

    public Task<long> ReadyVideoAsync() => OnceAsync(async () => await Host.App.ReadyVideoAsync(await BookAsync()));

    /// <summary>MediaConvert has no job for it yet.</summary>
    public Task<long> UnfinishedVideoAsync() => OnceAsync(async () =>
    {
        var (book, now) = (await Host.App.BookAsync(video: false), Host.App.Now);
        return await Host.App.InDatabaseAsync(async db =>
        {
            var file = new UploadFile("a.mp4", "video/mp4", 1000, null);
            var key = $"masters/{Guid.NewGuid()}/a.mp4";
            var upload = Upload.Start(new Staff(1, AdminRole.Editor), UploadKind.MasterVideo, key, file, UploadMethod.Put, now, TimeSpan.FromHours(1));
            var asset = VideoAsset.Create(upload, book, 1, new MasterObject(1000, "etag", null, null), null, 1, now);
            db.VideoAssets.Add(asset);
            await db.SaveChangesAsync();
            return asset.Id;
        });
    });

    /// <summary>A draft.</summary>
    public Task<long> StatementAsync() => OnceAsync(async () =>
    {
        var finance = await Host.App.StaffAsync(AdminRole.Finance);
        return (long)(await finance.PostAsync("/admin/api/v1/statements", new { publisher_id = await PublisherAsync(), month = "2020-02" })).ShouldBe(HttpStatusCode.Created)["id"]!;
    });

    public async Task<long> StaffIdAsync()
    {
        var email = await StaffEmailAsync();
        return (long)(await Host.App.SqlAsync($"select id from admin_users where email = '{email}'"))!;
    }

    public Task<Guid> StaffSessionAsync() => OnceAsync(async () =>
    {
        var id = await StaffIdAsync();
        return await Host.App.InDatabaseAsync(async db =>
        {
            var session = AdminSession.Start(id, SignInMethod.Password, null, Host.App.Now, TimeSpan.FromHours(1));
            db.AdminSessions.Add(session);
            await db.SaveChangesAsync();
            return session.Id;
        });
    });

    /// <summary>Of an account of staff that nobody else uses.</summary>
    public Task<string> StaffEmailAsync() => OnceAsync(() => Host.App.InDatabaseAsync(async db =>
    {
        var admin = AdminUser.Create($"staff-{Guid.NewGuid():N}@storytime.example", AdminRole.Finance, Host.App.Now);
        admin.PasswordHash = await Host.App.Services.GetRequiredService<Passwords>().HashAsync(Families.Password, CancellationToken.None);
        db.AdminUsers.Add(admin);
        await db.SaveChangesAsync();
        return admin.Email!;
    }));
}

/// <summary>A parent with two children, the first of which has a book on its shelf and a device.</summary>
internal sealed class Family(StorytimeApp app) : MadeOnce
{
    private readonly string _email = Families.NewEmail();

    public Task<JsonNode> SignedInAsync() => OnceAsync(async () =>
        (await app.Client().PostAsync("/api/v1/auth/register", new { email = _email, password = Families.Password })).ShouldBe(HttpStatusCode.Created).Json);

    public async Task<string> SignedInEmailAsync()
    {
        await SignedInAsync();
        return _email;
    }

    public async Task<string> TokenAsync() => (string)(await SignedInAsync())["jwt"]!;

    public async Task<ApiClient> ParentAsync() => app.Client(await TokenAsync());

    public Task<long> ChildAsync() => OnceAsync(async () => await (await ParentAsync()).ChildAsync());

    public Task<long> SiblingAsync() => OnceAsync(async () => await (await ParentAsync()).ChildAsync("Leo"));

    public Task<JsonNode> ChildSessionAsync() => OnceAsync(async () => await HandOverAsync(await ChildAsync()));

    public async Task<string> ChildTokenAsync() => (string)(await ChildSessionAsync())["token"]!;

    public Task<string> SiblingTokenAsync() => OnceAsync(async () => (string)(await HandOverAsync(await SiblingAsync()))["token"]!);

    public Task<long> ShelfBookAsync() => OnceAsync(async () =>
    {
        var book = await app.BookAsync();
        (await (await ParentAsync()).PostAsync($"/api/v1/children/{await ChildAsync()}/library_items", new { book_id = book })).ShouldBe(HttpStatusCode.Created);
        return book;
    });

    public Task<long> PlaybackSessionAsync() => OnceAsync(async () => (long)(await (await ParentAsync()).PostAsync(
        $"/api/v1/children/{await ChildAsync()}/playback_sessions", new { book_id = await ShelfBookAsync() })).ShouldBe(HttpStatusCode.Created)["id"]!);

    /// <summary>Of a device that was signed out.</summary>
    public Task<string> EndedTokenAsync() => OnceAsync(async () =>
    {
        var again = await app.Client().PostAsync("/api/v1/auth/login", new { email = await SignedInEmailAsync(), password = Families.Password });
        again.ShouldBe(HttpStatusCode.OK);
        (await app.Client().PostAsync("/api/v1/auth/logout", new { refresh_token = (string)again["refresh_token"]! })).ShouldBe(HttpStatusCode.NoContent);
        return (string)again["jwt"]!;
    });

    /// <summary>Of a device that was taken away from the child.</summary>
    public Task<string> EndedChildTokenAsync() => OnceAsync(async () =>
    {
        var session = await HandOverAsync(await ChildAsync());
        var path = $"/api/v1/children/{await ChildAsync()}/child_sessions/{session["child_session"]!["id"]}";
        (await (await ParentAsync()).DeleteAsync(path)).ShouldBe(HttpStatusCode.NoContent);
        return (string)session["token"]!;
    });

    private async Task<JsonNode> HandOverAsync(long child) =>
        (await (await ParentAsync()).PostAsync($"/api/v1/children/{child}/child_sessions", new { device_name = "iPad" })).ShouldBe(HttpStatusCode.Created).Json;
}

internal abstract class MadeOnce
{
    private readonly ConcurrentDictionary<string, Lazy<Task<object>>> _things = new();

    protected async Task<T> OnceAsync<T>(Func<Task<T>> make, [CallerMemberName] string name = "") where T : notnull =>
        (T)await _things.GetOrAdd(name, _ => new Lazy<Task<object>>(async () => await make())).Value;
}
