using System.Net;
using Storytime.Accounts;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Accounts;

/// <summary>Calls that meet at one account. A lock that the test holds makes them meet where they would otherwise do so rarely.</summary>
public sealed class AccountRaceTests(AppleApp apple) : IClassFixture<AppleApp>
{
    private StorytimeApp App => apple.App;

    [Fact]
    public async Task A_change_of_address_does_not_outlive_a_reset_that_comes_while_it_is_stored()
    {
        var (email, parent, _) = await App.AccountAsync();
        var reset = await ResetLinkAsync(email);
        var next = Families.NewEmail();
        await App.SqlAsync("""
            create function wait_for_test() returns trigger language plpgsql as $$ begin perform pg_advisory_xact_lock(4343); return new; end $$;
            create trigger wait_for_test before insert on outgoing_mails for each row when (new.kind = 'email_change') execute function wait_for_test()
            """);
        var answers = await MeetAsync("select pg_advisory_xact_lock(4343)", () => ChangeEmailAsync(parent, next), () => App.ResetAsync(reset));
        await App.SqlAsync("drop function wait_for_test cascade");

        answers[1].ShouldBe(HttpStatusCode.NoContent);
        (await App.MailsAsync(next)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_change_of_address_is_refused_when_the_password_was_reset_after_it_was_checked()
    {
        var (email, parent, _) = await App.AccountAsync();
        var reset = await ResetLinkAsync(email);
        var next = Families.NewEmail();
        var answers = await MeetAsync(Lock(email, "for no key update"), () => App.ResetAsync(reset), () => ChangeEmailAsync(parent, next));
        answers[0].ShouldBe(HttpStatusCode.NoContent);
        answers[1].ShouldBeError(HttpStatusCode.Unauthorized, "invalid_credentials");
        (await App.MailsAsync(next)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_refresh_and_the_owner_who_comes_with_Apple_do_not_wait_for_each_other()
    {
        var (email, _, refreshToken) = await App.AccountAsync();
        var answers = await MeetAsync(Lock(email, "for update"), () => apple.SignInAsync(apple.Token(apple.NewSubject(), email)), () => App.RefreshAsync(refreshToken));
        answers[0].ShouldBe(HttpStatusCode.OK);
        var refreshed = answers[1].ShouldBe(HttpStatusCode.OK);
        (await App.Client((string)refreshed["jwt"]!).GetAsync("/api/v1/me")).ShouldBeError(HttpStatusCode.Unauthorized, "unauthenticated");
    }

    [Fact]
    public async Task Mails_of_an_account_that_is_being_deleted_do_not_hold_it_up()
    {
        var (email, parent, _) = await App.AccountAsync();
        var next = Families.NewEmail();
        (await ChangeEmailAsync(parent, next)).ShouldBe(HttpStatusCode.Accepted);
        Task<Answer> delete;
        Task round;
        await using (await HeldLock.TakeAsync(App, Lock(email, "for update")))
        {
            await App.WaitersAsync(1, delete = parent.DeleteAsync("/api/v1/me"));
            await App.WaitersAsync(2, round = App.RunAsync<SendMails>(j => j.RunAsync(CancellationToken.None)));
        }
        (await delete).ShouldBe(HttpStatusCode.NoContent);
        await round;
        (await App.MailsAsync(next)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_mail_whose_account_is_held_waits_for_the_next_round_and_lets_others_pass()
    {
        var (email, parent, _) = await App.AccountAsync();
        var (other, _, _) = await App.AccountAsync();
        var next = Families.NewEmail();
        await ChangeEmailAsync(parent, next);
        await App.ForgetAsync(email);
        await App.ForgetAsync(other);
        await using (await HeldLock.TakeAsync(App, Lock(email, "for no key update")))
        {
            (await App.MailsAsync(other)).Count.ShouldBe(1);
            (await App.MailsAsync(next)).ShouldBeEmpty();
        }
        (await App.MailsAsync(next)).Count.ShouldBe(1);
        (await App.MailsAsync(email)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task An_account_that_is_deleted_meanwhile_is_gone()
    {
        var (email, parent, _) = await App.AccountAsync();
        var answer = (await MeetAsync(Delete(email), () => ChangeEmailAsync(parent, Families.NewEmail())))[0];
        answer.ShouldBeError(HttpStatusCode.Unauthorized, "unauthenticated").Text.ShouldContain("This account does not exist any more.");

        (email, parent, _) = await App.AccountAsync();
        answer = (await MeetAsync("lock table users; " + Delete(email), () => parent.PostAsync("/api/v1/me/consents", new { terms_version = "2026-04-22", privacy_version = "2026-04-22" })))[0];
        answer.ShouldBeError(HttpStatusCode.Unauthorized, "unauthenticated").Text.ShouldContain("This account does not exist any more.");

        (email, var subject) = (Families.NewEmail(), apple.NewSubject());
        (await apple.SignInAsync(apple.Token(subject, email))).ShouldBe(HttpStatusCode.Created);
        (await MeetAsync(Delete(email), () => apple.SignInAsync(apple.Token(subject, email))))[0].ShouldBeError(HttpStatusCode.Unauthorized, "unauthenticated");
        (await apple.SignInAsync(apple.Token(subject, email))).ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_reset_and_an_attempt_to_sign_in_do_not_wait_for_each_other()
    {
        var (email, _, _) = await App.AccountAsync();
        var reset = await ResetLinkAsync(email);
        await App.SqlAsync("delete from sign_in_failures");
        await App.LoginAsync(email, "not the password");
        // As an attempt does it: first the row of its address, then that of all.
        var held = await HeldLock.TakeAsync(App, "update sign_in_failures set failures = failures where address_hash <> ''");
        var answer = App.ResetAsync(reset);
        await App.WaitersAsync(1, answer);
        (await held.RunAsync("update sign_in_failures set failures = failures where address_hash = ''")).ShouldBe(1);
        await held.DisposeAsync();
        (await answer).ShouldBe(HttpStatusCode.NoContent);
        (await App.SqlAsync("select count(*) from sign_in_failures")).ShouldBe(0L);
    }

    private static Task<Answer> ChangeEmailAsync(ApiClient parent, string email) => parent.PutAsync("/api/v1/me/email", new { email, password = Families.Password });

    private static string Lock(string email, string how) => $"select from users where email = '{email}' {how}";

    private static string Delete(string email) => $"delete from users where email = '{email}'";

    private async Task<string> ResetLinkAsync(string email)
    {
        await App.ForgetAsync(email);
        return await App.LinkTokenAsync(email, "reset-password");
    }

    /// <summary>Begins the calls one after the other, each once those before it wait (or are through), and then lets go of what they wait for.</summary>
    private async Task<Answer[]> MeetAsync(string hold, params Func<Task<Answer>>[] calls)
    {
        var running = new List<Task<Answer>>();
        await using (await HeldLock.TakeAsync(App, hold))
        {
            foreach (var call in calls)
            {
                running.Add(call());
                await App.WaitersAsync(running.Count(r => !r.IsCompleted), running[^1]);
            }
        }
        return await Task.WhenAll(running);
    }
}
