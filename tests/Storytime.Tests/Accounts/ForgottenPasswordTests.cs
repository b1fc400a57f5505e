using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using MimeKit;
using Storytime.Accounts;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Accounts;

public sealed class ForgottenPasswordTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    [Fact]
    public async Task The_link_of_a_mail_sets_a_new_password_once()
    {
        var (email, _, _) = await app.AccountAsync();
        await app.ForgetAsync($" {email.ToUpperInvariant()} ");
        var mail = (await app.MailsAsync(email)).ShouldHaveSingleItem();
        var token = mail.LinkToken("reset-password");

        (await app.ResetAsync(token)).ShouldBe(HttpStatusCode.NoContent);
        (await app.LoginAsync(email, "brand new password")).ShouldBe(HttpStatusCode.OK);
        (await app.LoginAsync(email)).ShouldBeError(HttpStatusCode.Unauthorized, "invalid_credentials");
        (await app.ResetAsync(token, "yet another password")).ShouldBeOver();
        (await app.MailsAsync(email)).Select(m => m.Subject).ShouldBe(["Choose a new Storytime password", "Your Storytime password was changed"]);
        (await app.IsConfirmedAsync(email)).ShouldBeTrue();
        (await app.SqlAsync("select count(*) from outgoing_mails")).ShouldBe(0L);
    }

    [Fact]
    public async Task A_mail_has_the_headers_of_a_machines_and_says_the_same_in_text_and_HTML()
    {
        var (email, _, _) = await app.AccountAsync();
        await app.ForgetAsync(email);
        var mail = (await app.MailsAsync(email)).ShouldHaveSingleItem();
        mail.From.ToString().ShouldBe("\"Storytime\" <no-reply@storytime.example>");
        mail.Date.ShouldBe(app.Now, TimeSpan.FromSeconds(1));
        mail.MessageId.ShouldEndWith("@storytime.example");
        mail.Headers[HeaderId.AutoSubmitted].ShouldBe("auto-generated");
        mail.Body!.ContentType.MimeType.ShouldBe("multipart/alternative");
        mail.TextBody!.ShouldContain("The link works once, for one hour.");
        mail.HtmlBody!.ShouldContain("The link works once, for one hour.");
    }

    [Fact]
    public async Task A_new_password_ends_every_session_and_every_link_that_could_take_the_account()
    {
        var (email, parent, refreshToken) = await app.AccountAsync();
        var child = await parent.ChildAsync();
        var device = await app.HandOverAsync(parent, child);
        var stranger = await app.ParentAsync();
        var thief = Families.NewEmail();
        var waiting = Families.NewEmail();
        await ChangeEmailAsync(parent, thief);
        var theft = await app.LinkTokenAsync(thief, "confirm-email");
        await app.ForgetAsync(email);
        await app.ForgetAsync(email);
        var links = (await app.MailsAsync(email)).Select(m => m.LinkToken("reset-password")).ToList();
        await ChangeEmailAsync(parent, waiting);

        (await app.ResetAsync(links[1])).ShouldBe(HttpStatusCode.NoContent);

        (await parent.GetAsync("/api/v1/me")).ShouldBeError(HttpStatusCode.Unauthorized, "unauthenticated");
        (await app.RefreshAsync(refreshToken)).ShouldBeError(HttpStatusCode.Unauthorized, "unauthenticated");
        (await device.GetAsync($"/api/v1/children/{child}/library")).ShouldBeError(HttpStatusCode.Unauthorized, "unauthenticated");
        (await app.ResetAsync(links[0])).ShouldBeOver();
        (await app.ConfirmEmailAsync(theft)).ShouldBeOver();
        (await app.MailsAsync(waiting)).ShouldBeEmpty();
        (await stranger.GetAsync("/api/v1/me")).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Of_many_who_open_a_link_at_once_one_sets_the_password()
    {
        var (email, _, _) = await app.AccountAsync();
        await app.ForgetAsync(email);
        var token = await app.LinkTokenAsync(email, "reset-password");
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => app.ResetAsync(token, $"brand new password {i}")));
        answers.Count(a => a.Status == HttpStatusCode.NoContent).ShouldBe(1);
        foreach (var late in answers.Where(a => a.Status != HttpStatusCode.NoContent))
            late.ShouldBeOver();
    }

    [Fact]
    public async Task A_password_that_is_refused_leaves_the_link_as_it_is()
    {
        var (email, parent, _) = await app.AccountAsync();
        await app.ForgetAsync(email);
        var token = await app.LinkTokenAsync(email, "reset-password");
        var refused = await app.ResetAsync(token, "password123");
        refused.ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed").Json["error"]!["details"]!["password"].ShouldNotBeNull();
        (await parent.GetAsync("/api/v1/me")).ShouldBe(HttpStatusCode.OK);
        (await app.ResetAsync(token)).ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task A_link_is_good_for_its_own_purpose_only()
    {
        var (email, parent, _) = await app.AccountAsync();
        var next = Families.NewEmail();
        await ChangeEmailAsync(parent, next);
        var change = await app.LinkTokenAsync(next, "confirm-email");
        await app.ForgetAsync(email);
        var reset = await app.LinkTokenAsync(email, "reset-password");
        (await app.ResetAsync(change)).ShouldBeOver();
        (await app.ConfirmEmailAsync(reset)).ShouldBeOver();
        (await app.ConfirmConsentAsync(reset)).ShouldBeOver();
        (await app.ResetAsync("nonsense")).ShouldBeOver();
        (await app.ResetAsync(reset)).ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task Nothing_that_is_stored_opens_an_account()
    {
        var (email, parent, _) = await app.AccountAsync();
        var next = Families.NewEmail();
        await ChangeEmailAsync(parent, next);
        await app.ForgetAsync(email);
        var before = await DumpAsync("'hangfire'");
        string[] tokens = [await app.LinkTokenAsync(email, "reset-password"), await app.LinkTokenAsync(next, "confirm-email")];
        before.ShouldContain(nameof(SendMails));
        before.ShouldNotContain(email);

        var all = await DumpAsync("'hangfire', 'public'");
        all.ShouldContain(email);
        foreach (var token in tokens)
        {
            all.ShouldNotContain(token);
            all.ShouldNotContain(Convert.ToBase64String(Encoding.UTF8.GetBytes(token))[..40]);
        }
    }

    /// <summary>Every row of every table of these schemas.</summary>
    private async Task<string> DumpAsync(string schemas) => (string)(await app.SqlAsync($"""
        select string_agg(query_to_xml(format('select * from %I.%I', schemaname, tablename), true, false, '')::text, '') from pg_tables where schemaname in ({schemas})
        """))!;

    private static async Task ChangeEmailAsync(ApiClient parent, string email) =>
        (await parent.PutAsync("/api/v1/me/email", new { email, password = Families.Password })).ShouldBe(HttpStatusCode.Accepted);
}

public sealed class ForgottenPasswordTimeTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    [Fact]
    public async Task A_link_is_good_for_an_hour_and_then_its_row_goes()
    {
        var (email, _, _) = await app.AccountAsync();
        await app.ForgetAsync(email);
        var token = await app.LinkTokenAsync(email, "reset-password");
        app.Clock.Advance(TimeSpan.FromMinutes(59));
        (await app.Client().GetAsync($"/account/reset-password?token={token}")).ShouldBe(HttpStatusCode.OK);
        app.Clock.Advance(TimeSpan.FromMinutes(1));
        (await app.ResetAsync(token)).ShouldBeOver();
        await app.RunAsync<CleanLinks>(j => j.RunAsync(CancellationToken.None));
        (await app.SqlAsync("select count(*) from account_tokens")).ShouldBe(0L);
    }

    [Fact]
    public async Task Nobody_can_be_flooded_with_mails()
    {
        var (email, _, _) = await app.AccountAsync();
        for (var i = 0; i < 5; i++)
            await app.ForgetAsync(i % 2 == 0 ? email : email.ToUpperInvariant());
        (await app.MailsAsync(email)).Count.ShouldBe(SendMails.MaxLinksPerHour);
        (await app.SqlAsync("select count(*) from outgoing_mails")).ShouldBe(0L);
        app.Clock.Advance(TimeSpan.FromHours(1));
        await app.ForgetAsync(email);
        (await app.MailsAsync(email)).Count.ShouldBe(SendMails.MaxLinksPerHour + 1);
    }
}

public sealed partial class UnknownAddressTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    [Fact]
    public async Task An_unknown_address_gets_the_same_answer_after_the_same_queries_and_no_mail()
    {
        app.With("Logging:LogLevel:Npgsql.Command", "Information");
        var (known, _, _) = await app.AccountAsync();
        var unknown = Families.NewEmail();
        await app.ForgetAsync(known);
        using var logs = new Logs(app);
        var (first, firstQueries) = await AskAsync(known);
        var (second, secondQueries) = await AskAsync(unknown);

        second.Status.ShouldBe(first.Status);
        second.Text.ShouldBe(first.Text);
        second.Headers.Select(h => h.Key).ShouldBe(first.Headers.Select(h => h.Key));
        firstQueries.ShouldContain(q => q.Contains("INSERT INTO outgoing_mails", StringComparison.Ordinal));
        secondQueries.ShouldBe(firstQueries);
        (await app.MailsAsync(unknown)).ShouldBeEmpty();
        (await app.SqlAsync("select count(*) from outgoing_mails")).ShouldBe(0L);

        async Task<(Answer Answer, string[] Queries)> AskAsync(string email)
        {
            var before = logs.Text.Length;
            var answer = await app.Client().PostAsync("/api/v1/auth/password/forgot", new { email });
            return (answer, [.. logs.Text[before..].Split('\n').Where(l => l.Length > 0).Select(l => Duration().Replace(l, ""))]);
        }
    }

    [GeneratedRegex(@"\(duration=[0-9]+ms\)")]
    private static partial Regex Duration();
}
