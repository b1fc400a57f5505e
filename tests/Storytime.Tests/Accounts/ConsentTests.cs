using System.Net;
using Microsoft.EntityFrameworkCore;
using Storytime.Platform;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Accounts;

public sealed class ConsentTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    private static readonly object _inForce = new { terms_version = "2026-04-22", privacy_version = "2026-04-22" };

    [Fact]
    public async Task Registering_is_in_the_ledger()
    {
        var parent = await app.ParentAsync();
        var entry = (await parent.GetAsync("/api/v1/me/consents")).ShouldBe(HttpStatusCode.OK)["data"]!.AsArray().ShouldHaveSingleItem()!;
        ((string?)entry["method"], (string?)entry["terms_version"], (string?)entry["privacy_version"], (bool)entry["current"]!).ShouldBe(("registration", "2026-04-22", "2026-04-22", true));
        entry["withdrawn_at"].ShouldBeNull();
        var state = await parent.GetAsync("/api/v1/consent");
        (state.Text).ShouldBe("""{"method":"registration","terms_version":"2026-04-22","privacy_version":"2026-04-22","given":true,"current":true}""");
        (await parent.PostAsync("/api/v1/me/consents", _inForce)).ShouldBe(HttpStatusCode.OK)["id"]!.ToString().ShouldBe(entry["id"]!.ToString());
    }

    [Fact]
    public async Task After_a_withdrawal_no_child_can_be_added_until_consent_is_given_anew()
    {
        var parent = await app.ParentAsync();
        await WithdrawAsync(parent);
        var state = await parent.GetAsync("/api/v1/consent");
        ((bool)state["given"]!, (bool)state["current"]!).ShouldBe((false, false));
        (await parent.PostAsync("/api/v1/children", new { name = "Mia" })).ShouldBeError(HttpStatusCode.Forbidden, "consent_required");

        (await parent.PostAsync("/api/v1/me/consents", _inForce)).ShouldBe(HttpStatusCode.Created);
        await parent.ChildAsync();
        (await parent.GetAsync("/api/v1/me/consents"))["data"]!.AsArray().Select(c => c!["withdrawn_at"] is null).ShouldBe([true, false]);
    }

    [Theory]
    [InlineData("2025-01-01", "2026-04-22", "terms_version")]
    [InlineData("2026-04-22", "2099-01-01", "privacy_version")]
    [InlineData(null, "2026-04-22", "terms_version")]
    public async Task Versions_that_are_not_in_force_are_refused(string? terms, string? privacy, string field)
    {
        var parent = await app.ParentAsync();
        var answer = await parent.PostAsync("/api/v1/me/consents", new { terms_version = terms, privacy_version = privacy });
        var problem = answer.ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed").Json["error"]!["details"]![field]![0]!.ToString();
        if (terms is not null)
            problem.ShouldContain("2026-04-22");
        (await parent.GetAsync("/api/v1/me/consents"))["data"]!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task New_terms_lock_nobody_out_and_the_ledger_tells_that_they_were_not_accepted_yet()
    {
        var (email, _, _) = await app.AccountAsync();
        await using var later = new StorytimeApp(app.ConnectionString).With("Consent:TermsVersion", "2027-01-01");
        await later.InitializeAsync();
        var parent = later.Client((string)(await later.LoginAsync(email))["jwt"]!);
        var state = await parent.GetAsync("/api/v1/consent");
        ((bool)state["given"]!, (bool)state["current"]!).ShouldBe((true, false));
        await parent.ChildAsync();
        (await parent.PostAsync("/api/v1/me/consents", new { terms_version = "2027-01-01", privacy_version = "2026-04-22" })).ShouldBe(HttpStatusCode.Created);
        (await parent.GetAsync("/api/v1/me/consents"))["data"]!.AsArray().Select(c => (bool)c!["current"]!).ShouldBe([true, false]);
    }

    private async Task WithdrawAsync(ApiClient parent)
    {
        var id = (long)(await parent.GetAsync("/api/v1/me"))["id"]!;
        await app.InDatabaseAsync(async db =>
        {
            foreach (var record in await db.ConsentRecords.Where(c => c.UserId == id).ToListAsync())
                record.Withdraw(app.Clock.Now());
            await db.SaveChangesAsync();
        });
    }
}

public sealed class EmailPlusTests : IClassFixture<StorytimeApp>
{
    private readonly StorytimeApp _app;

    public EmailPlusTests(StorytimeApp app) => _app = app.With("Consent:Method", "email_plus");

    [Fact]
    public async Task Consent_is_given_by_the_link_of_a_mail_and_a_second_mail_says_so()
    {
        var (email, parent, _) = await _app.AccountAsync();
        var accepted = (await parent.GetAsync("/api/v1/me/consents"))["data"]!.AsArray().ShouldHaveSingleItem()!;
        ((string?)accepted["method"], (bool)accepted["current"]!).ShouldBe(("registration", false));
        (await parent.PostAsync("/api/v1/children", new { name = "Mia" })).ShouldBeError(HttpStatusCode.Forbidden, "consent_required");
        var token = await _app.LinkTokenAsync(email, "confirm-consent");
        (await parent.PostAsync("/api/v1/children", new { name = "Mia" })).ShouldBeError(HttpStatusCode.Forbidden, "consent_required");

        (await _app.ConfirmConsentAsync(token)).ShouldBe(HttpStatusCode.NoContent);
        await parent.ChildAsync();
        (await parent.GetAsync("/api/v1/me/consents"))["data"]!.AsArray().Select(c => (string?)c!["method"]).ShouldBe(["email_plus", "registration"]);
        (await _app.MailsAsync(email)).Select(m => m.Subject).ShouldBe(["Your consent for your child’s Storytime", "Thank you: your consent is on record"]);
        (await _app.ConfirmConsentAsync(token)).ShouldBeOver();
        ((bool)(await parent.GetAsync("/api/v1/consent"))["current"]!).ShouldBeTrue();
        (await _app.IsConfirmedAsync(email)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_link_that_went_to_an_address_that_the_account_has_no_more_gives_no_consent()
    {
        var (email, parent, _) = await _app.AccountAsync();
        var token = await _app.LinkTokenAsync(email, "confirm-consent");
        var next = Families.NewEmail();
        foreach (var address in new[] { email, next })
        {
            (await _app.Client().GetAsync($"/account/confirm-consent?token={token}")).ShouldBe(HttpStatusCode.OK);
            (await parent.PutAsync("/api/v1/me/email", new { email = address, password = Families.Password })).ShouldBe(HttpStatusCode.Accepted);
            (await _app.ConfirmEmailAsync(await _app.LinkTokenAsync(address, "confirm-email"))).ShouldBe(HttpStatusCode.NoContent);
        }

        (await _app.ConfirmConsentAsync(token)).ShouldBeOver();
        (await parent.PostAsync("/api/v1/me/consents", new { terms_version = "2026-04-22", privacy_version = "2026-04-22" })).ShouldBe(HttpStatusCode.Accepted);
        (await _app.ConfirmConsentAsync(await _app.LinkTokenAsync(next, "confirm-consent"))).ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task Who_lost_the_mail_gets_another_one_and_one_of_the_links_works()
    {
        var (email, parent, _) = await _app.AccountAsync();
        (await parent.PostAsync("/api/v1/me/consents", new { terms_version = "2026-04-22", privacy_version = "2026-04-22" })).ShouldBe(HttpStatusCode.Accepted).Text.ShouldBeEmpty();
        ((bool)(await parent.GetAsync("/api/v1/consent"))["given"]!).ShouldBeFalse();
        var tokens = (await _app.MailsAsync(email)).Select(m => m.LinkToken("confirm-consent")).ToList();
        tokens.Count.ShouldBe(2);
        (await _app.ConfirmConsentAsync(tokens[0])).ShouldBe(HttpStatusCode.NoContent);
        (await _app.ConfirmConsentAsync(tokens[1])).ShouldBeOver();
        (await parent.GetAsync("/api/v1/me/consents"))["data"]!.AsArray().Count.ShouldBe(2);
    }
}
