using System.Net;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Storytime.Accounts;
using Storytime.Admin;
using Storytime.Platform.Auth;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Admin.SignIn;

/// <summary>An app as in production: nobody of staff does anything without a second factor.</summary>
public sealed class StrictConsole(Database database) : IAsyncLifetime
{
    public StorytimeApp App { get; } = new StorytimeApp(database).With("Console:RequireSecondFactor", "true");

    public ValueTask InitializeAsync() => App.InitializeAsync();

    public ValueTask DisposeAsync() => App.DisposeAsync();
}

/// <summary>A member of staff with a browser and, once it is set up, an authenticator app.</summary>
internal sealed partial class StaffMember(StorytimeApp app, long id, string email)
{
    public const string SignIn = "/admin/sign-in";
    public const string Code = "/admin/sign-in/code";
    public const string Authenticator = "/admin/account/authenticator";

    public long Id { get; } = id;

    public string Email { get; } = email;

    public ConsoleBrowser Browser { get; private set; } = new(app);

    /// <summary>Of the authenticator app, in base32.</summary>
    public string Key { get; private set; } = "";

    public string[] RecoveryCodes { get; private set; } = [];

    public static async Task<StaffMember> CreateAsync(StorytimeApp app, AdminRole role = AdminRole.Editor)
    {
        app.Client();
        var admin = AdminUser.Create($"{role}-{Guid.NewGuid():N}@storytime.example".ToLowerInvariant(), role, app.Now);
        admin.PasswordHash = await app.Services.GetRequiredService<Passwords>().HashAsync(Families.Password, CancellationToken.None);
        await app.InDatabaseAsync(db =>
        {
            db.AdminUsers.Add(admin);
            return db.SaveChangesAsync();
        });
        return new StaffMember(app, admin.Id, admin.Email!);
    }

    public static async Task<StaffMember> SignedInAsync(StorytimeApp app, AdminRole role = AdminRole.Editor)
    {
        var member = await CreateAsync(app, role);
        (await member.SendPasswordAsync()).ShouldLeadTo("/admin");
        return member;
    }

    public static async Task<StaffMember> EnrolledAsync(StorytimeApp app, AdminRole role = AdminRole.Editor)
    {
        var member = await SignedInAsync(app, role);
        await member.EnrolAsync();
        return member;
    }

    public async Task EnrolAsync()
    {
        var page = (await Browser.OpenAsync(Authenticator)).ShouldBe(HttpStatusCode.OK).Text;
        Key = KeyInPage().Match(page).Groups[1].Value.Replace(" ", "", StringComparison.Ordinal);
        var codes = (await Browser.SendFormAsync(Authenticator, page, "turn-on", ("Code", CodeNow()))).ShouldBe(HttpStatusCode.OK).Text;
        RecoveryCodes = [.. CodesInPage().Matches(codes).Select(m => m.Groups[1].Value)];
        RecoveryCodes.Length.ShouldBe(10);
        NextCode();
    }

    /// <summary>With a browser that knows nothing yet.</summary>
    public Task<Reached> SendPasswordAsync(string password = Families.Password, string then = "")
    {
        Browser = new ConsoleBrowser(app);
        return Browser.SubmitAsync(SignIn + then, "sign-in", ("Email", Email), ("Password", password));
    }

    public Task<Reached> SendCodeAsync(string code) => Browser.SubmitAsync(Code, "code", ("Code", code));

    public async Task<Reached> SignInWithCodeAsync()
    {
        (await SendPasswordAsync()).ShouldLeadTo(Code);
        return await SendCodeAsync(NextCode());
    }

    /// <summary>Waits for the next one, which was not used yet.</summary>
    public string NextCode()
    {
        app.Clock.Advance(TimeSpan.FromSeconds(30));
        return CodeNow();
    }

    /// <summary>RFC 6238, written down once more.</summary>
    public string CodeNow()
    {
        var bits = string.Concat(Key.Select(c => Convert.ToString("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".IndexOf(c, StringComparison.Ordinal), 2).PadLeft(5, '0')));
        var key = Enumerable.Range(0, bits.Length / 8).Select(i => Convert.ToByte(bits.Substring(i * 8, 8), 2)).ToArray();
        var counter = BitConverter.GetBytes(app.Now.ToUnixTimeSeconds() / 30).Reverse().ToArray();
#pragma warning disable CA5350
        var hash = HMACSHA1.HashData(key, counter);
#pragma warning restore CA5350
        var at = hash[19] & 15;
        var number = ((hash[at] & 127) << 24) + (hash[at + 1] << 16) + (hash[at + 2] << 8) + hash[at + 3];
        return $"{number % 1000000:D6}";
    }

    public async Task<string> ActionsAsync() => (string)(await app.SqlAsync(
        $"select coalesce(string_agg(action, ' ' order by id), '') from audit_entries where subject_type = 'admin_user' and subject_id = {Id}"))!;

    [GeneratedRegex("<code id=\"key\">([A-Z2-7 ]+)</code>")]
    private static partial Regex KeyInPage();

    [GeneratedRegex("<li><code>([a-z0-9-]+)</code></li>")]
    private static partial Regex CodesInPage();
}
