using System.Net;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Reporting;

/// <summary>The content of an issued statement is what was written when it was issued, whatever the program would write today.</summary>
public sealed class IssuedContentTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    [Fact]
    public async Task What_was_issued_in_an_older_form_is_served_as_it_was_and_still_has_its_hash()
    {
        var (id, text) = await StoredAsync(content => content.Replace(",\"term\":null", "", StringComparison.Ordinal));
        (await VerifiedAsync(id, text)).ShouldBeTrue();
    }

    [Fact]
    public async Task Content_that_says_something_else_than_the_lines_does_not_match_though_its_hash_does()
    {
        var (id, text) = await StoredAsync(content => content.Replace("\"total_cents\":700", "\"total_cents\":701", StringComparison.Ordinal));
        (await VerifiedAsync(id, text)).ShouldBeFalse();
    }

    [Fact]
    public async Task Content_that_was_changed_after_the_hash_was_made_does_not_match()
    {
        var (id, text) = await StoredAsync(content => content, hashOf: "{}");
        (await VerifiedAsync(id, text, "{}")).ShouldBeFalse();
    }

    private async Task<bool> VerifiedAsync(long id, string text, string? hashOf = null)
    {
        var finance = (await StatementScene.OpenAsync(app)).Finance;
        (await finance.GetAsync($"{StatementScene.Path}/{id}/content")).ShouldBe(HttpStatusCode.OK).Text.ShouldBe(text);
        ((string?)(await finance.GetAsync($"{StatementScene.Path}/{id}")).ShouldBe(HttpStatusCode.OK)["content_sha256"]).ShouldBe(StatementScene.Sha256(hashOf ?? text));
        return (bool)(await finance.GetAsync($"{StatementScene.Path}/{id}/verification")).ShouldBe(HttpStatusCode.OK)["hash_matches"]!;
    }

    /// <summary>A statement that was issued, stored once more for another publisher with its content changed; an issued one itself cannot be.</summary>
    private async Task<(long Id, string Text)> StoredAsync(Func<string, string> change, string? hashOf = null)
    {
        var ledger = await StatementScene.OpenAsync(app);
        await ledger.ContractAsync(1, 12, "flat_fee_cents=700");
        var (issued, other) = ((await ledger.IssuedAsync(1))["id"]!, await app.PublisherAsync());
        var content = (await ledger.Finance.GetAsync($"{StatementScene.Path}/{issued}/content")).ShouldBe(HttpStatusCode.OK).Text;
        var text = change(content.Replace($"\"publisher_id\":{ledger.Publisher},", $"\"publisher_id\":{other},", StringComparison.Ordinal));
        var id = (long)(await app.SqlAsync($"""
            insert into publisher_statements (publisher_id, month, currency, status, total_cents, facts, created_at, updated_at)
            select {other}, month, currency, 'draft', total_cents, facts, now(), now() from publisher_statements where id = {issued} returning id
            """))!;
        await app.SqlAsync($"""
            insert into statement_lines (statement_id, position, kind, contract_id, description, seconds_watched, amount_cents)
            select {id}, position, kind, contract_id, description, seconds_watched, amount_cents from statement_lines where statement_id = {issued};
            update publisher_statements set status = 'issued', issued_at = now(), canonical_content = '{text.Replace("'", "''", StringComparison.Ordinal)}',
                content_hash = decode('{StatementScene.Sha256(hashOf ?? text)}', 'hex') where id = {id}
            """);
        return (id, text);
    }
}
