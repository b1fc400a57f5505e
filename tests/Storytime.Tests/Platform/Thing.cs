using Storytime.Tests.Testing;

namespace Storytime.Tests.Platform;

/// <summary>What an id is of.</summary>
/// <param name="Ours">The one of the first family, or one that belongs to no family.</param>
/// <param name="Theirs">The one of the other family; null for what belongs to no family.</param>
/// <param name="Missing">An id that nothing has; null for what is no id but only needed for a body.</param>
/// <param name="Refusal">What who has no such thing gets.</param>
internal sealed record Thing(string Name, Func<Scene, Task<object>> Ours, Func<Scene, Task<object>>? Theirs = null, object? Missing = null, int Refusal = 404)
{
    private const long NoId = 8_999_999_999_999_999;

    public static readonly Thing Child = OfFamily("child", async f => await f.ChildAsync());
    public static readonly Thing ChildSession = OfFamily("child session", async f => (long)(await f.ChildSessionAsync())["child_session"]!["id"]!);
    public static readonly Thing ShelfBook = OfFamily("book on the shelf", async f => await f.ShelfBookAsync());
    public static readonly Thing PlaybackSession = OfFamily("playback session", async f => await f.PlaybackSessionAsync());
    public static readonly Thing ParentSession = OfFamily("session", async f => (string)Caller.Payload(await f.TokenAsync())["sid"]!) with { Missing = Guid.AllBitsSet };
    public static readonly Thing Email = Fact("e-mail", async s => await s.Ours.SignedInEmailAsync());
    public static readonly Thing RefreshToken = Fact("refresh token", async s => (string)(await s.Ours.SignedInAsync())["refresh_token"]!);
    public static readonly Thing Receipt = Fact("receipt", async s => await s.ReceiptAsync());
    public static readonly Thing NewEmail = Fact("new e-mail", _ => Task.FromResult<object>(Families.NewEmail()));
    public static readonly Thing Now = Fact("time", s => Task.FromResult<object>(s.Host.App.Now));
    public static readonly Thing Tomorrow = Fact("time", s => Task.FromResult<object>(s.Host.App.Now.AddDays(1)));

    public static readonly Thing Book = Shared("book", async s => await s.BookAsync());
    public static readonly Thing Publisher = Shared("publisher", async s => await s.PublisherAsync());
    public static readonly Thing PublishersBook = Shared("book", async s => await s.PublishersBookAsync());
    public static readonly Thing RightsWindow = Shared("rights window", async s => await s.RightsWindowAsync());
    public static readonly Thing Contract = Shared("contract", async s => await s.ContractAsync());
    public static readonly Thing RevenueMonth = Shared("revenue", async s => await s.RevenueMonthAsync()) with { Missing = "2000-01" };
    public static readonly Thing Upload = Shared("upload", async s => (long)(await s.UploadAsync())["upload_id"]!);
    public static readonly Thing MasterKey = Shared("master", async s => (string)(await s.UploadAsync())["master_s3_key"]!) with { Missing = $"masters/{Guid.Empty}/a.mp4" };
    public static readonly Thing CoverKey = Fact("cover", async s => await s.CoverKeyAsync());
    public static readonly Thing ReadyVideo = Shared("video", async s => await s.ReadyVideoAsync());
    public static readonly Thing UnfinishedVideo = Shared("video", async s => await s.UnfinishedVideoAsync());
    public static readonly Thing Statement = Shared("statement", async s => await s.StatementAsync());
    public static readonly Thing StaffAccount = Shared("admin", async s => await s.StaffIdAsync());

    public static readonly Thing StaffSession = Shared("session", async s => await s.StaffSessionAsync()) with { Missing = Guid.AllBitsSet };

    // A family's things, for staff.
    public static readonly Thing User = Shared("user", async s => (long)(await s.Ours.SignedInAsync())["user"]!["id"]!);
    public static readonly Thing UsersChild = Shared("child", async s => await s.Ours.ChildAsync());
    public static readonly Thing UsersSession = Shared("session", ParentSession.Ours) with { Missing = Guid.AllBitsSet };
    public static readonly Thing UsersChildSession = Shared("child session", ChildSession.Ours);
    public static readonly Thing StaffEmail = Fact("e-mail", async s => await s.StaffEmailAsync());

    public bool IsOwned => Theirs is not null;

    public static Thing Text(string text) => Fact(text, _ => Task.FromResult<object>(text));

    /// <summary>For a route that refuses it otherwise than with 404, because it is only named in a body.</summary>
    public Thing Else(int status) => this with { Refusal = status };

    public async Task<object> IdAsync(Scene scene, Pick pick) => pick switch
    {
        Pick.Ours => await Ours(scene),
        Pick.Theirs => await Theirs!(scene),
        Pick.Missing => Missing!,
        _ => throw new ArgumentOutOfRangeException(nameof(pick)),
    };

    private static Thing OfFamily(string name, Func<Family, Task<object>> id) => new(name, s => id(s.Ours), s => id(s.Theirs), NoId);

    private static Thing Shared(string name, Func<Scene, Task<object>> id) => new(name, id, Missing: NoId);

    private static Thing Fact(string name, Func<Scene, Task<object>> value) => new(name, value);
}
