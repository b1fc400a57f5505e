using System.Net;
using Storytime.Accounts;
using Storytime.Children;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Accounts;

public sealed class CleanSessionsTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    [Fact]
    public async Task What_ended_long_ago_is_forgotten_and_what_lives_stays()
    {
        var email = Families.NewEmail();
        var lost = await app.SignedInAsync(email, "Lost", register: true);
        await app.SignedInAsync(email, "Expires");
        var kept = (await app.SignedInAsync(email, "Kept")).RefreshToken;
        await app.Client().PostAsync("/api/v1/auth/logout", new { refresh_token = lost.RefreshToken });
        await app.Client().PostAsync("/api/v1/auth/login", new { email, password = "not the password" });
        await app.SqlAsync("""
            insert into account_tokens (user_id, kind, token_hash, created_at, expires_at, used_at)
            select u.id, 'password_reset', kind.hash, c.now, c.now + interval '1 hour', kind.used
            from users u, (select max(signed_in_at) as now from parent_sessions) c, lateral (values ('\x01'::bytea, null), ('\x02', c.now)) as kind (hash, used)
            """);
        await CleanAsync();
        (await CountsAsync()).ShouldBe("failures 2, mailed 2, spent 0, sessions 3");

        app.Clock.Advance(TimeSpan.FromDays(8));
        await CleanAsync();
        (await CountsAsync()).ShouldBe("failures 0, mailed 0, spent 0, sessions 3");

        for (var week = 0; week < 4; week++)
        {
            app.Clock.Advance(TimeSpan.FromDays(7));
            kept = (string)(await app.RefreshAsync(kept)).ShouldBe(HttpStatusCode.OK)["refresh_token"]!;
        }
        await CleanAsync();
        (await CountsAsync()).ShouldBe("failures 0, mailed 0, spent 4, sessions 2");

        for (var week = 0; week < 8; week++)
        {
            app.Clock.Advance(TimeSpan.FromDays(7));
            kept = (string)(await app.RefreshAsync(kept)).ShouldBe(HttpStatusCode.OK)["refresh_token"]!;
        }
        await CleanAsync();
        // The last one of the forgotten device expired after 60 days, 32 days ago; of the other device's spent ones those of the last 30 days are kept.
        (await CountsAsync()).ShouldBe("failures 0, mailed 0, spent 5, sessions 1");
        (await app.RefreshAsync(kept)).ShouldBe(HttpStatusCode.OK);
    }

    private async Task CleanAsync()
    {
        await app.RunAsync<CleanSessions>(job => job.RunAsync(CancellationToken.None));
        await app.RunAsync<CleanLinks>(job => job.RunAsync(CancellationToken.None));
    }

    private async Task<string?> CountsAsync() => (string?)await app.SqlAsync("""
        select format('failures %s, mailed %s, spent %s, sessions %s', (select count(*) from sign_in_failures), (select count(*) from account_tokens),
            (select count(*) from refresh_tokens where spent_at is not null), (select count(*) from parent_sessions))
        """);
}

public sealed class CleanChildSessionsTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    [Fact]
    public async Task A_childs_session_is_forgotten_ninety_days_after_its_end()
    {
        var (parent, child) = await app.FamilyAsync();
        await app.HandOverAsync(parent, child);
        app.Clock.Advance(TimeSpan.FromDays(120));
        await CleanAsync();
        (await app.SqlAsync($"select count(*) from child_sessions where child_profile_id = {child}")).ShouldBe(1L);
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        await CleanAsync();
        (await app.SqlAsync($"select count(*) from child_sessions where child_profile_id = {child}")).ShouldBe(0L);
    }

    private Task CleanAsync() => app.RunAsync<CleanSessions>(job => job.RunAsync(CancellationToken.None));
}
