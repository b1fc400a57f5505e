using System.Net;
using Storytime.Privacy;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Privacy;

public sealed class DataInventoryTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    [Fact]
    public async Task Every_table_and_column_of_the_database_is_classified()
    {
        var missing =
            from c in await app.ColumnsAsync()
            where !DataInventory.Schemas.ContainsKey(c.Schema)
            let table = DataInventory.Tables.SingleOrDefault(t => t.Name == c.Table)
            where table?.Columns.ContainsKey(c.Column) != true
            select $"{c.Schema}.{c.Table}.{c.Column}";
        missing.ShouldBeEmpty(
            "Say in Privacy/DataInventory.cs what is in it. Personal(…) with a category for what tells about a person (it is exported then), Withheld(…) with a reason for a "
            + "secret, Plain(…) for the rest. A new table of a family also needs the way it is erased: a foreign key that cascades, or a deletion in Privacy/EraseData.cs.");
    }

    [Fact]
    public async Task Nothing_is_classified_that_does_not_exist()
    {
        var columns = await app.ColumnsAsync();
        var there = columns.Where(c => c.Schema == "public").Select(c => $"{c.Table}.{c.Column}").ToHashSet();
        DataInventory.Tables.SelectMany(t => t.Columns.Keys.Select(c => $"{t.Name}.{c}")).Except(there).ShouldBeEmpty("Take it out of Privacy/DataInventory.cs.");
        DataInventory.Schemas.Keys.Except(columns.Select(c => c.Schema)).ShouldBeEmpty("Take it out of Privacy/DataInventory.cs.");
    }

    [Fact]
    public async Task A_row_of_a_family_goes_with_the_family()
    {
        // By a foreign key that cascades, all the way from its table to the children or the accounts.
        var cascading = ((string)(await app.SqlAsync("""
            with recursive hangs as (
                select 'users'::regclass::oid as id union select 'child_profiles'::regclass::oid
                union select c.conrelid from pg_constraint c join hangs on c.confrelid = hangs.id where c.contype = 'f' and c.confdeltype = 'c')
            select string_agg(id::regclass::text, ' ') from hangs
            """))!).Split(' ');
        // Keyed by a hash of the address, deleted by it.
        var atOnce = DataInventory.Tables.Where(t => t.Erased == ErasedHow.AtOnce).Select(t => t.Name).ToList();
        atOnce.Except(cascading).ShouldBe(["sign_in_failures"]);
        DataInventory.Tables.Where(t => t.Erased == ErasedHow.ByJob).Select(t => t.Name).ShouldBe(["playback_sessions", "playback_attempts", "usage_events", "viewing_days"]);
        // Whoever has a family's id is a family's.
        var pointing = (await app.ColumnsAsync()).Where(c => c.Schema == "public" && c.Column is "child_profile_id" or "user_id" or "added_by_user_id" or "child_session_id").Select(c => c.Table);
        DataInventory.Tables.Where(t => t.Erased == ErasedHow.NotAFamilys).Select(t => t.Name).Intersect(pointing).ShouldBe(["admin_passkeys", "admin_user_tokens"]);
    }

    [Fact]
    public async Task What_is_personal_is_published_with_its_purpose_and_period()
    {
        var published = (await app.Client().GetAsync("/api/v1/privacy/retention")).ShouldBe(HttpStatusCode.OK)["data"]!.AsArray();
        var names = published.Select(c => (string)c!["category"]!).ToList();
        names.ShouldBeUnique();
        DataInventory.Tables.SelectMany(t => t.Columns.Values).Select(c => c.Category?.Name).OfType<string>().Except(names).ShouldBeEmpty();
        foreach (var category in published)
        {
            category!.AsObject().Select(m => m.Key).ShouldBe(["category", "what", "purpose", "whose", "kept_for", "erased_by"]);
            category.AsObject().ShouldAllBe(m => ((string?)m.Value)!.Length > 2);
        }
        var viewing = published.Single(c => (string?)c!["category"] == "viewing")!;
        ((string?)viewing["whose"], (string?)viewing["kept_for"]).ShouldBe(("child", "13 months and until the end of that month."));
    }

    [Fact]
    public void A_secret_is_never_exported_and_says_so()
    {
        var withheld = DataInventory.Tables.Where(t => t.OfAccount is not null)
            .SelectMany(t => t.Columns.Where(c => c.Value is { Category: not null, NotExported: not null }).Select(c => $"{t.Name}.{c.Key}")).ToList();
        withheld.ShouldBe([
            "users.password_hash", "users.security_stamp", "users.concurrency_stamp", "parent_sessions.address_hash", "refresh_tokens.token_hash", "refresh_tokens.client_hash",
            "refresh_tokens.sealed_successor", "apple_identities.sealed_refresh_token", "account_tokens.token_hash", "outgoing_mails.receipt", "child_profiles.pin_hash",
            "audit_entries.admin_id",
        ]);
    }
}
