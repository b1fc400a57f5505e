using Storytime.Tests.Testing;

namespace Storytime.Tests.Accounts;

/// <summary>The app, and the issuer whose tokens it believes.</summary>
public sealed class AppleApp(Database database) : IAsyncLifetime
{
    private int _count;

    public StorytimeApp App { get; } = new(database);

    public AppleIssuer Issuer { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Issuer = await AppleIssuer.StartAsync();
        Issuer.Configure(App);
        await App.InitializeAsync();
    }

    public string NewSubject() => $"001234.{Guid.NewGuid():N}.{Interlocked.Increment(ref _count):0000}";

    public string Token(string subject, string? email = null) => Issuer.Sign(AppleIssuer.Claims(App.Now, subject, email));

    public Task<Answer> SignInAsync(string token, string? nonce = null, string? code = null) =>
        App.Client().PostAsync("/api/v1/auth/apple", new { identity_token = token, nonce, authorization_code = code });

    /// <summary>Numbers of the rows that a sign-in makes.</summary>
    public async Task<string> RowsAsync() => (string)(await App.SqlAsync("""
        select concat_ws(' ', (select count(*) from users), (select count(*) from apple_identities), (select count(*) from parent_sessions),
            (select count(*) from refresh_tokens), (select count(*) from consent_records))
        """))!;

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        await Issuer.DisposeAsync();
    }
}
