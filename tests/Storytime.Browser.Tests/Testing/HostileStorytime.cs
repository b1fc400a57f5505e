using Storytime.LocalCloud.Demo;

namespace Storytime.Browser.Tests.Testing;

/// <summary>Every text that a page shows, of hostile ones: stored by the means of staff and families.</summary>
public sealed class HostileStorytime(RunningStorytime storytime) : IAsyncLifetime
{
    private readonly ConsoleBrowser _console = new(storytime);

    internal ConsoleBrowser Console => _console;

    public long Book { get; private set; }
    public long Video { get; private set; }
    public long Contract { get; private set; }
    public long Statement { get; private set; }
    public string Month { get; private set; } = "";
    public long User { get; private set; }
    public IReadOnlyList<long> Children { get; private set; } = [];
    public long StaffAccount { get; private set; }
    internal DemoAdmin Staff { get; private set; } = null!;

    /// <summary>Those of <see cref="Hostile.Emails"/> that the API takes.</summary>
    public IReadOnlyList<string> Emails { get; private set; } = [];

    public async ValueTask InitializeAsync()
    {
        await _console.InitializeAsync();
        using var editor = await StaffApi.SignInAsync(storytime, storytime.Staff["editor"]);
        using var finance = await StaffApi.SignInAsync(storytime, storytime.Staff["finance"]);
        using var admin = await StaffApi.SignInAsync(storytime, storytime.Staff["admin"]);
        (Staff, _) = await StaffApi.AddStaffAsync(storytime, "admin");
        await Task.WhenAll(MakeContractsAndBooksAsync(editor, finance), MakeFamilyAsync(admin), MakeStaffAsync(admin));
    }

    public ValueTask DisposeAsync() => _console.DisposeAsync();

    private async Task MakeContractsAndBooksAsync(StaffApi editor, StaffApi finance)
    {
        var publisher = await MakeContractsAsync(editor, finance);
        await MakeBooksAsync(editor, publisher);
    }

    /// <summary>Drafts, so that no family of another test meets them.</summary>
    private async Task MakeBooksAsync(StaffApi editor, long publisher_id)
    {
        var everything = string.Join(' ', Hostile.Payloads);
        foreach (var text in Hostile.Packed(300))
        {
            Book = (await editor.PostAsync("books", new { title = text, author = text, description = everything, age_min = 3, age_max = 7, language = "en", status = "draft", publisher_id })).Id();
            // Changed, so that its history has a before and an after.
            await editor.PatchAsync($"books/{Book}", new { age_max = 8 });
        }
        foreach (var name in Hostile.Packed(245))
        {
            var filename = $"{name}.mp4";
            var upload = await editor.PostAsync("uploads/master_video", new { filename, content_type = "video/mp4", size = Films.Empty.Length });
            await Films.PutAsync(upload, Films.Empty);
            Video = (await editor.PostAsync($"books/{Book}/video_assets", new { master_s3_key = upload.Text("master_s3_key"), filename, size = Films.Empty.Length })).Id();
        }
    }

    private async Task<long> MakeContractsAsync(StaffApi editor, StaffApi finance)
    {
        var today = DateTime.UtcNow;
        var start = new DateOnly(today.Year, today.Month, 1).AddMonths(-1);
        Month = start.ToString("yyyy-MM", System.Globalization.CultureInfo.InvariantCulture);
        List<string> emails = [];
        foreach (var email in Hostile.Emails)
        {
            if (await editor.TryAsync(HttpMethod.Post, "publishers", new { name = $"{Hostile.Word} by mail", billing_email = email }) == 201)
                emails.Add(email);
        }
        Emails = emails;
        long publisher = 0;
        foreach (var text in Hostile.Packed(200))
        {
            publisher = (await editor.PostAsync("publishers", new { name = text, contact_name = text })).Id();
            Contract = (await finance.PostAsync("contracts", new
            {
                publisher_id = publisher,
                contract_name = text,
                start_date = start,
                end_date = start.AddYears(2),
                payment_model = "flat_fee",
                flat_fee_cents = 100_00,
                currency = "USD",
                notes = string.Join(' ', Hostile.Payloads),
                status = "active",
            })).Id();
            Statement = (await finance.PostAsync("statements", new { publisher_id = publisher, month = Month })).Id();
        }
        return publisher;
    }

    private async Task MakeFamilyAsync(StaffApi admin)
    {
        var email = $"{Guid.NewGuid():N}{Hostile.Emails[0]}";
        using var parent = await StaffApi.RegisterAsync(storytime, email, "once-upon-a-time");
        List<long> children = [];
        foreach (var name in Hostile.Packed(80))
            children.Add((await parent.PostAsync("children", new { name })).Id());
        foreach (var device_name in Hostile.Packed(100))
        {
            await parent.PostAsync($"children/{children[0]}/child_sessions", new { device_name });
            await parent.PostAsync("auth/login", new { email, password = "once-upon-a-time", device_name });
        }
        Children = children;
        User = (await admin.ListAsync($"users?q={Uri.EscapeDataString(email)}"))[0].Id();
    }

    private async Task MakeStaffAsync(StaffApi admin)
    {
        var made = await admin.PostAsync("admins", new { email = $"{Guid.NewGuid():N}{Hostile.Emails[0]}", role = "editor", password = "a-shelf-of-their-own" });
        StaffAccount = made.GetProperty("admin").Id();
    }
}
