using System.Net;
using Storytime.Privacy;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Privacy;

/// <summary>
/// Words that stand nowhere else are put wherever a family's data can be, and looked for in all of the database and the log once it is erased. The mail with the receipt
/// must name the address that it goes to, so it is outside: it is taken away here as the mail server takes it.
/// </summary>
public sealed class CanaryTests : IClassFixture<StorytimeApp>
{
    /// <summary>Columns of a family's tables whose words are ours, that hold times only, or a hash by which the row is found.</summary>
    private static readonly string[] _cannotHoldAText =
    [
        "users.country", "consent_records.terms_version", "consent_records.privacy_version", "consent_records.method", "account_tokens.kind", "outgoing_mails.kind",
        "playback_attempts.refusal", "screen_times.quiet_hours", "usage_events.event_type", "usage_events.territory", "viewing_days.territory", "set_aside_events.code", "set_aside_events.message",
        "sign_in_failures.email_hash",
    ];

    private readonly StorytimeApp _app;

    public CanaryTests(StorytimeApp app)
    {
        foreach (var category in new[] { "Default", "Microsoft", "Microsoft.AspNetCore", "Microsoft.EntityFrameworkCore", "Npgsql", "Hangfire", "System" })
            app.With($"Logging:LogLevel:{category}", "Debug");
        _app = app;
    }

    [Fact]
    public async Task Nothing_of_an_erased_account_is_left_anywhere()
    {
        _app.Client();
        using var logs = new Logs(_app);
        var book = await _app.BookAsync();
        await _app.IssueStatementAsync(book);
        var other = await CanaryFamily.MakeAsync(_app, book, children: 1);
        var family = await CanaryFamily.MakeAsync(_app, book, children: 2, strangersChild: other.Children[0].Id);
        string[] markers = [family.Marker, .. family.Children.Select(c => c.Marker)];
        await ShouldBeInEveryTextAsync(markers);
        var (accounts, others) = (await _app.AccountsAsync(), await _app.FamilyAsync(other.UserId, [other.Children[0].Id]));

        var answer = (await family.Parent.DeleteAsync("/api/v1/me")).ShouldBe(HttpStatusCode.NoContent);
        (await _app.FindAsync(family.Marker)).ShouldBe(["erasures.sealed_apple_tokens", "outgoing_mails.to_email"], ignoreOrder: true);
        (await family.Parent.GetAsync("/api/v1/me")).ShouldBeError(HttpStatusCode.Unauthorized, "unauthenticated");
        (await family.Children[0].Device.GetAsync($"/api/v1/children/{family.Children[0].Id}/library")).ShouldBeError(HttpStatusCode.Unauthorized, "unauthenticated");
        await _app.EraseAsync();

        (await _app.FamilyAsync(other.UserId, [other.Children[0].Id])).ShouldBe(others);
        // The receipt is the last thing that goes to the address; what was sent is the parent's, not ours.
        (await _app.MailsAsync(family.Email))[^1].TextBody!.ShouldContain(answer.Headers.Location!.ToString().Split('/')[^1]);
        foreach (var marker in markers)
        {
            (await _app.FindAsync(marker)).ShouldBeEmpty();
            logs.Text.ShouldNotContain(marker, Case.Insensitive);
        }
        logs.Text.ShouldContain("Debug: ");
        (await _app.SqlAsync($"select count(*) from playback_attempts where user_id = {family.UserId}")).ShouldBe(0L);
        (await _app.AccountsAsync()).ShouldBe(accounts);
        var receipt = await _app.Client().GetAsync(answer.Headers.Location!.ToString());
        receipt["completed_at"].ShouldNotBeNull(receipt.Text);
        receipt["deleted"]!.AsObject().Where(d => (long)d.Value! == 0).Select(d => d.Key).ShouldBeEmpty(receipt.Text);
    }

    [Fact]
    public async Task Nothing_of_an_erased_child_is_left_and_its_sibling_keeps_everything()
    {
        _app.Client();
        using var logs = new Logs(_app);
        var book = await _app.BookAsync();
        var family = await CanaryFamily.MakeAsync(_app, book, children: 2);
        var (child, sibling) = (family.Children[0], family.Children[1]);
        var stranger = await _app.ParentAsync();
        (await stranger.PostAsync($"/api/v1/children/{child.Id}/playback_sessions", new { book_id = book })).ShouldBe(HttpStatusCode.NotFound);
        var before = await _app.FamilyAsync(0, [sibling.Id]);

        (await family.Parent.DeleteAsync($"/api/v1/children/{child.Id}")).ShouldBe(HttpStatusCode.NoContent);
        (await child.Device.GetAsync($"/api/v1/children/{child.Id}/library")).ShouldBeError(HttpStatusCode.Unauthorized, "unauthenticated");
        await _app.EraseAsync();

        (await _app.FindAsync(child.Marker)).ShouldBeEmpty();
        logs.Text.ShouldNotContain(child.Marker, Case.Insensitive);
        (await _app.SqlAsync($"select count(*) from playback_attempts where child_profile_id = {child.Id}")).ShouldBe(0L);
        (await _app.FamilyAsync(0, [sibling.Id])).ShouldBe(before);
        (await _app.FindAsync(family.Marker)).Count.ShouldBeGreaterThan(10);
        ((string?)(await family.Parent.GetAsync("/api/v1/children"))["data"]!.AsArray().ShouldHaveSingleItem()!["name"]).ShouldBe($"{sibling.Marker}name");
    }

    [Fact]
    public async Task An_export_has_all_that_is_stored_and_no_secret()
    {
        var book = await _app.BookAsync();
        var other = await CanaryFamily.MakeAsync(_app, book, children: 1);
        var family = await CanaryFamily.MakeAsync(_app, book, children: 2, strangersChild: other.Children[0].Id);
        var account = (await family.Parent.GetAsync("/api/v1/me/export")).ShouldBe(HttpStatusCode.OK);
        foreach (var table in DataInventory.Tables.Where(t => t.OfAccount is not null))
        {
            var rows = account["data"]![table.Name].ShouldNotBeNull(table.Name).AsArray();
            rows.Count.ShouldBeGreaterThan(0, table.Name);
            foreach (var row in rows)
                row!.AsObject().Select(c => c.Key).ShouldBe(table.Columns.Where(c => c.Value.NotExported is null).Select(c => c.Key), ignoreOrder: true);
        }
        string[] texts = ["phone", "agent", "subject", "@new.example.com", $"@{family.Marker}.example.com"];
        texts.ShouldAllBe(t => account.Text.Contains(family.Marker + t, StringComparison.OrdinalIgnoreCase));
        string[] secrets = ["hash", "stamp", "concurrency", "address", "token", "client", "successor", "link", "sealed", "pin", "header"];
        var one = (await family.Parent.GetAsync($"/api/v1/children/{family.Children[0].Id}/export")).ShouldBe(HttpStatusCode.OK);
        foreach (var child in family.Children)
        {
            string[] childsTexts = ["name", ".png", ".example.com", "tablet", "key", "value", "zone", "policy"];
            childsTexts.ShouldAllBe(t => account.Text.Contains(child.Marker + t, StringComparison.Ordinal));
            secrets.ShouldAllBe(s => !account.Text.Contains(child.Marker + s, StringComparison.Ordinal) && !account.Text.Contains(family.Marker + s, StringComparison.Ordinal));
            childsTexts.ShouldAllBe(t => one.Text.Contains(child.Marker + t, StringComparison.Ordinal) == (child == family.Children[0]));
        }
        one.Text.ShouldNotContain(family.Marker);
        // Of a try to play for somebody else's child there is the try, not the child.
        account["data"]!["playback_attempts"]!.AsArray().Count(a => a!["child_profile_id"] is null).ShouldBe(1);
        account.Text.ShouldNotContain(other.Marker);
    }

    /// <summary>So that the search cannot pass because nothing was there to be found.</summary>
    private async Task ShouldBeInEveryTextAsync(string[] markers)
    {
        var family = DataInventory.Tables.Where(t => t.Erased is ErasedHow.AtOnce or ErasedHow.ByJob).Select(t => t.Name).ToHashSet();
        var texts = (await _app.ColumnsAsync()).Where(c => family.Contains(c.Table) && c.Type is "text" or "jsonb" or "bytea" or "character" or "character varying")
            .Select(c => $"{c.Table}.{c.Column}").Except(_cannotHoldAText).ToList();
        var places = new HashSet<string>();
        foreach (var marker in markers)
            places.UnionWith(await _app.FindAsync(marker));
        texts.Except(places).ShouldBeEmpty();
    }
}
