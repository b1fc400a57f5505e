using System.Net;
using Npgsql;
using Storytime.Tests.Testing;
using static Storytime.Tests.Reporting.StatementScene;

namespace Storytime.Tests.Reporting;

public sealed class IssueStatementTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    [Fact]
    public async Task An_issued_statement_never_changes_whatever_becomes_of_contract_revenue_usage_and_title()
    {
        var ledger = await StatementScene.OpenAsync(app);
        var contract = await ledger.ContractAsync(1, 12, "rev_share_bps=5000; flat_fee_cents=100");
        await ledger.RevenueAsync(1, 1000);
        await ledger.WatchAsync(1, 1, 100);
        var issued = await ledger.IssuedAsync(1);
        var id = (long)issued["id"]!;
        ((string?)issued["status"], (long)issued["total_cents"]!).ShouldBe(("issued", 600));
        issued["issued_at"].ShouldNotBeNull();
        ((long)issued["issued_by"]!).ShouldBe((long)(await app.SqlAsync($"select issued_by_admin_id from publisher_statements where id = {id}"))!);

        await ledger.ExecuteAsync($"update partnership_contracts set rev_share_bps = 1, flat_fee_cents = 1, contract_name = 'Other' where id = {contract}");
        await ledger.ExecuteAsync($"update books set title = 'Other' where publisher_id = {ledger.Publisher}");
        await ledger.ExecuteAsync($"update publishers set name = 'Other', contact_name = 'Other' where id = {ledger.Publisher}");
        await ledger.RevenueAsync(1, 7);
        await ledger.WatchAsync(1, 1, 100, title: null);

        (await ledger.ReadAsync(id)).ToJsonString().ShouldBe(issued.ToJsonString());
        (await ledger.CreateAsync(1)).ShouldBeError(HttpStatusCode.Conflict, "conflict");
        (await ledger.IssueAsync(id)).ShouldBeError(HttpStatusCode.Conflict, "conflict");
        (await ledger.Finance.DeleteAsync($"{StatementScene.Path}/{id}")).ShouldBeError(HttpStatusCode.Conflict, "conflict");
        (await ledger.ReadAsync(id)).ToJsonString().ShouldBe(issued.ToJsonString());
        (await ledger.TrailAsync(id)).ShouldBe($"created 600; issued 600 600 {issued["content_sha256"]}");
        // With the terms of then, and the usage of now: half of 1000 × 100 of 200 seconds, and the fee.
        var verified = (await ledger.Finance.GetAsync($"{StatementScene.Path}/{id}/verification")).ShouldBe(HttpStatusCode.OK);
        ((bool)verified["hash_matches"]!, (bool)verified["lines_add_up"]!).ShouldBe((true, true));
        ((long)verified["seconds_at_issue"]!, (long)verified["seconds_now"]!, (long)verified["next_adjustment_cents"]!).ShouldBe((100, 100, -250));
    }

    [Theory]
    [InlineData("update publisher_statements set total_cents = 0 where id = {0}")]
    [InlineData("update publisher_statements set status = 'draft', issued_at = null, content_hash = null, canonical_content = null where id = {0}")]
    [InlineData("update publisher_statements set updated_at = now() where id = {0}")]
    [InlineData("delete from publisher_statements where id = {0}")]
    [InlineData("truncate publisher_statements cascade")]
    [InlineData("truncate statement_lines")]
    [InlineData("update statement_lines set amount_cents = 0 where statement_id = {0}")]
    [InlineData("update statement_lines set statement_id = {1} where statement_id = {0}")]
    [InlineData("update statement_lines set statement_id = {0}, position = 9 where statement_id = {1}")]
    [InlineData("delete from statement_lines where statement_id = {0}")]
    [InlineData("insert into statement_lines (statement_id, position, kind, description, seconds_watched, amount_cents) values ({0}, 9, 'usage', 'd', 0, 0)")]
    public async Task The_database_itself_refuses_to_change_what_is_issued(string sql)
    {
        var ledger = await StatementScene.OpenAsync(app);
        await ledger.ContractAsync(1, 12, "flat_fee_cents=100");
        var issued = await ledger.IssuedAsync(1);
        var draft = await ledger.DraftAsync(2);
        var refused = await Should.ThrowAsync<PostgresException>(() => ledger.ExecuteAsync(sql.Replace("{0}", $"{issued["id"]}").Replace("{1}", $"{draft}")));
        refused.ConstraintName.ShouldBe("issued_statements_stay");
        (await ledger.ReadAsync((long)issued["id"]!)).ToJsonString().ShouldBe(issued.ToJsonString());
    }

    [Fact]
    public async Task A_draft_says_what_keeps_it_from_being_issued_and_is_refused_with_the_same_words()
    {
        var ledger = await StatementScene.OpenAsync(app);
        await ledger.ContractAsync(1, 12, "rev_share_bps=500");
        var january = await ledger.DraftAsync(1);
        var february = await ledger.DraftAsync(2);
        async Task Blocked(long id, params string[] problems)
        {
            Problems(await ledger.ReadAsync(id)).ShouldBe(problems);
            var refused = (await ledger.IssueAsync(id)).ShouldBeError(HttpStatusCode.Conflict, "conflict");
            refused.Json["error"]!["details"]!["problems"]!.AsArray().Select(p => (string)p!).ShouldBe(problems);
        }
        await Blocked(january, $"Enter the revenue of {ledger.Month(1)} in USD.");
        await Blocked(february, $"Enter the revenue of {ledger.Month(2)} in USD.", $"Issue or delete the draft of {ledger.Month(1)} first.");
        await ledger.RevenueAsync(1, 0);
        await ledger.RevenueAsync(2, 0);
        await ledger.ExecuteAsync($"update roll_up_marks set rolled_up_at = '{ledger.First(2):yyyy-MM-dd}'::timestamptz - interval '1 second'");
        await Blocked(january, $"The usage of {ledger.Month(1)} is not summed up to its end yet: the next roll-up does so, in a few minutes.");
        await ledger.ExecuteAsync($"update roll_up_marks set rolled_up_at = '{app.Now:o}'");
        (await ledger.IssueAsync(january)).ShouldBe(HttpStatusCode.Created);
        (await ledger.IssueAsync(february)).ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task The_month_must_be_over()
    {
        var ledger = await StatementScene.OpenAsync(app);
        var today = DateOnly.FromDateTime(app.Now.UtcDateTime);
        await ledger.ContractAsync(today.AddDays(-60), today.AddDays(60), "flat_fee_cents=100");
        var created = await ledger.Finance.PostAsync(StatementScene.Path, new { publisher_id = ledger.Publisher, month = $"{today:yyyy-MM}" });
        created.ShouldBe(HttpStatusCode.Created);
        Problems(created.Json).ShouldHaveSingleItem().ShouldStartWith($"{today:yyyy-MM} is not over");
        (await ledger.IssueAsync((long)created["id"]!)).ShouldBeError(HttpStatusCode.Conflict, "conflict");
    }

    [Fact]
    public async Task Months_are_issued_in_their_order_and_only_those_without_a_contract_may_lack()
    {
        var ledger = await StatementScene.OpenAsync(app);
        await ledger.ContractAsync(1, 3, "flat_fee_cents=100");
        await ledger.ContractAsync(6, 12, "flat_fee_cents=100");
        await ledger.IssuedAsync(2);
        var march = await ledger.DraftAsync(3);
        var june = await ledger.DraftAsync(6);
        Problems(await ledger.ReadAsync(june)).ShouldBe([$"Issue or delete the draft of {ledger.Month(3)} first."]);
        (await ledger.Finance.DeleteAsync($"{StatementScene.Path}/{march}")).ShouldBe(HttpStatusCode.NoContent);
        Problems(await ledger.ReadAsync(june)).ShouldBe([$"Create and issue the statement of {ledger.Month(3)} in USD first."]);
        await ledger.IssuedAsync(3);
        (await ledger.IssueAsync(june)).ShouldBe(HttpStatusCode.Created);

        var january = (await ledger.CreateAsync(1)).ShouldBe(HttpStatusCode.Created);
        Problems(january.Json).ShouldBe([$"{ledger.Month(2)} is issued already, and no earlier month can be issued after it: delete this draft."]);
        (await ledger.IssueAsync((long)january["id"]!)).ShouldBeError(HttpStatusCode.Conflict, "conflict");
        // What can be issued no more keeps nobody.
        await ledger.IssuedAsync(7);
    }

    [Fact]
    public async Task Numbers_that_changed_since_the_clerk_looked_are_not_issued()
    {
        var ledger = await StatementScene.OpenAsync(app);
        var contract = await ledger.ContractAsync(1, 12, "flat_fee_cents=100");
        var id = await ledger.DraftAsync(1);
        var seen = (string)(await ledger.ReadAsync(id))["content_sha256"]!;
        await ledger.ExecuteAsync($"update partnership_contracts set flat_fee_cents = 101 where id = {contract}");
        (await ledger.IssueAsync(id, "abc")).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed");
        (await ledger.IssueAsync(id, seen)).ShouldBeError(HttpStatusCode.Conflict, "conflict").Text.ShouldContain("since you looked");
        (await app.SqlAsync($"select status from publisher_statements where id = {id}")).ShouldBe("draft");
        ((long)(await ledger.IssueAsync(id, (string)(await ledger.ReadAsync(id))["content_sha256"]!)).ShouldBe(HttpStatusCode.Created)["total_cents"]!).ShouldBe(101);
    }

    [Fact]
    public async Task Of_ten_clerks_who_issue_at_once_one_does()
    {
        var ledger = await StatementScene.OpenAsync(app);
        await ledger.ContractAsync(1, 12, "flat_fee_cents=100");
        var id = await ledger.DraftAsync(1);
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => ledger.IssueAsync(id)));
        answers.Count(a => a.Status == HttpStatusCode.Created).ShouldBe(1);
        answers.Where(a => a.Status != HttpStatusCode.Created).ShouldAllBe(a => a.ErrorCode == "conflict");
        (await app.SqlAsync($"select count(*) from audit_entries where subject_type = 'publisher_statement' and subject_id = {id} and action = 'issued'")).ShouldBe(1L);
    }

    [Fact]
    public async Task Two_months_of_a_publisher_that_are_made_and_issued_at_once_come_out_in_order()
    {
        var ledger = await StatementScene.OpenAsync(app);
        await ledger.ContractAsync(1, 12, "flat_fee_cents=100");
        var months = Enumerable.Range(1, 6).ToArray();
        await Task.WhenAll(months.Select(async month =>
        {
            var made = await ledger.CreateAsync(month);
            await ledger.IssueAsync((long)made["id"]!);
        }));
        var issued = (string)(await app.SqlAsync($"""
            select string_agg(extract(month from s.month)::text, ' ' order by a.id) from audit_entries a join publisher_statements s on s.id = a.subject_id
            where a.subject_type = 'publisher_statement' and a.action = 'issued' and s.publisher_id = {ledger.Publisher}
            """))!;
        // How many is up to chance; none came after a later one.
        issued.Split(' ').Select(int.Parse).ShouldBeInOrder();
    }

    [Fact]
    public async Task Revenue_that_is_corrected_while_a_statement_is_issued_is_in_it_or_the_clerk_is_told()
    {
        var ledger = await StatementScene.OpenAsync(app);
        await ledger.ContractAsync(1, 12, "rev_share_bps=10000");
        await ledger.RevenueAsync(1, 1000);
        await ledger.WatchAsync(1, 1, 10);
        var id = await ledger.DraftAsync(1);
        var seen = (string)(await ledger.ReadAsync(id))["content_sha256"]!;
        foreach (var (cents, hash) in new[] { (2000, seen), (3000, null as string) })
        {
            Task<Answer> issuing;
            await using (var revenue = await HeldLock.TakeAsync(app, $"select pg_advisory_xact_lock(hashtextextended('revenue-{ledger.Month(1)}-USD', 0))"))
            {
                await revenue.RunAsync(ledger.RevenueSql(1, cents));
                issuing = ledger.IssueAsync(id, hash);
                await app.WaitersAsync(1, issuing);
                issuing.IsCompleted.ShouldBeFalse();
            }
            if (hash is not null)
                (await issuing).ShouldBeError(HttpStatusCode.Conflict, "conflict").Text.ShouldContain("since you looked");
            else
                ((long)(await issuing).ShouldBe(HttpStatusCode.Created)["total_cents"]!).ShouldBe(cents);
        }
    }

    [Fact]
    public async Task A_roll_up_that_ends_while_a_statement_is_issued_does_not_pass_for_one_that_the_numbers_have()
    {
        var ledger = await StatementScene.OpenAsync(app);
        await ledger.ContractAsync(1, 12, "rev_share_bps=10000");
        await ledger.RevenueAsync(1, 1000);
        await ledger.WatchAsync(1, 1, 100);
        await ledger.WatchAsync(1, 1, 100, title: null);
        var id = await ledger.DraftAsync(1);
        await ledger.ExecuteAsync($"update roll_up_marks set rolled_up_at = '{ledger.First(2):yyyy-MM-dd}'::timestamptz - interval '1 second'");
        Task<Answer> issuing;
        // The numbers are computed already when they wait to be stored, with a time that is another one.
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        await using (await HeldLock.TakeAsync(app, $"select 1 from publisher_statements where id = {id} for update"))
        {
            issuing = ledger.IssueAsync(id);
            await app.WaitersAsync(1, issuing);
            issuing.IsCompleted.ShouldBeFalse();
            await ledger.WatchAsync(1, 31, 200);
            await ledger.ExecuteAsync($"update roll_up_marks set rolled_up_at = '{app.Now:o}'");
        }
        (await issuing).ShouldBeError(HttpStatusCode.Conflict, "conflict").Text.ShouldContain("not summed up");
        ((long)(await ledger.IssueAsync(id)).ShouldBe(HttpStatusCode.Created)["total_cents"]!).ShouldBe(750);
    }

    [Fact]
    public async Task Usage_that_arrives_while_statements_are_issued_is_in_them_or_adjusted_next_never_lost_and_never_twice()
    {
        var ledger = await StatementScene.OpenAsync(app);
        await ledger.ContractAsync(1, 6, "rev_share_bps=10000");
        await ledger.WatchAsync(1, 1, 1);
        var paid = 0L;
        for (var month = 1; month <= 5; month++)
        {
            await ledger.RevenueAsync(month, 100_000);
            var id = await ledger.DraftAsync(month);
            var arriving = Task.Run(async () =>
            {
                for (var n = 0; n < 4; n++)
                {
                    await ledger.WatchAsync(1, 2, 60);
                    await ledger.WatchAsync(1, 3, 40, title: null);
                }
            });
            paid += (long)(await ledger.IssueAsync(id)).ShouldBe(HttpStatusCode.Created)["total_cents"]!;
            await arriving;
        }
        await ledger.RevenueAsync(6, 0);
        paid += (long)(await ledger.IssuedAsync(6))["total_cents"]!;
        // 1 + 5 × 4 × 60 of 1 + 5 × 4 × 100 seconds, of the only month with usage.
        paid.ShouldBe((long)Math.Round(100_000m * 1201 / 2001, MidpointRounding.AwayFromZero));
    }

    [Fact]
    public async Task Late_usage_is_adjusted_on_the_next_statement_by_exactly_the_difference_again_and_again()
    {
        var ledger = await StatementScene.OpenAsync(app);
        await ledger.ContractAsync(1, 12, "rev_share_bps=5000");
        for (var month = 1; month <= 4; month++)
            await ledger.RevenueAsync(month, 10_000);
        await ledger.WatchAsync(1, 10, 300);
        await ledger.WatchAsync(1, 10, 700, title: null);
        var january = await ledger.IssuedAsync(1);
        ((long)january["total_cents"]!).ShouldBe(1500);

        await ledger.WatchAsync(1, 11, 200);
        await ledger.WatchAsync(1, 11, 50, title: null);
        var path = $"{StatementScene.Path}/{january["id"]}/verification";
        async Task Verified(long then, long now, long cents)
        {
            var v = (await ledger.Finance.GetAsync(path)).ShouldBe(HttpStatusCode.OK);
            ((long)v["seconds_at_issue"]!, (long)v["seconds_now"]!, (long)v["next_adjustment_cents"]!).ShouldBe((then, now, cents));
        }
        // 500 of 1250 seconds are 2000 cents.
        await Verified(300, 500, 500);
        var february = await ledger.IssuedAsync(2);
        Lines(february).ShouldBe([$"adjustment {ledger.Month(1)} 500"]);
        ((long)february["lines"]![0]!["seconds_watched"]!).ShouldBe(200);
        await Verified(300, 500, 0);

        // More of others: 500 of 2000 seconds are 1250 cents, 750 less than was paid with January and February.
        await ledger.WatchAsync(1, 12, 750, title: null);
        await Verified(300, 500, -750);
        var march = await ledger.IssuedAsync(3);
        Lines(march).ShouldBe([$"adjustment {ledger.Month(1)} -750"]);
        var adjustment = march["facts"]!["adjustments"]![0]!;
        ((long)adjustment["seconds_before"]!, (long)adjustment["seconds"]!).ShouldBe((500, 500));
        ((long)adjustment["all_seconds_before"]!, (long)adjustment["all_seconds"]!).ShouldBe((1250, 2000));
        ((long)adjustment["earned_before_cents"]!, (long)adjustment["earned_cents"]!).ShouldBe((2000, 1250));
        ((long)march["total_cents"]!).ShouldBe(-750);
        Lines(await ledger.IssuedAsync(4)).ShouldBeEmpty();
        (await ledger.Finance.GetAsync($"{StatementScene.Path}/{await ledger.DraftAsync(5)}/verification")).ShouldBeError(HttpStatusCode.Conflict, "conflict");
    }

    [Fact]
    public async Task An_adjustment_says_how_much_all_had_watched_when_its_own_contract_was_last_accounted_for()
    {
        var ledger = await StatementScene.OpenAsync(app);
        await ledger.ContractAsync(1, 12, "rev_share_bps=10000");
        var small = await ledger.ContractAsync(1, 12, "rev_share_bps=1");
        for (var month = 1; month <= 3; month++)
            await ledger.RevenueAsync(month, 10_000);
        await ledger.WatchAsync(1, 10, 300);
        await ledger.WatchAsync(1, 10, 700, title: null);
        await ledger.IssuedAsync(1);
        // 0.3 cents, then 0.4 of the small one, which is no change; then 1.
        await ledger.WatchAsync(1, 11, 200);
        Lines(await ledger.IssuedAsync(2)).ShouldBe([$"adjustment {ledger.Month(1)} 1167"]);
        await ledger.WatchAsync(1, 12, 1000);
        var adjustments = (await ledger.IssuedAsync(3))["facts"]!["adjustments"]!.AsArray();
        adjustments.Select(a => (long)a!["all_seconds_before"]!).ShouldBe([1200, 1000]);
        var last = adjustments[1]!;
        ((long)last["contract_id"]!, (long)last["seconds_before"]!, (long)last["seconds"]!, (long)last["all_seconds"]!).ShouldBe((small, 300, 1500, 2200));
    }

    [Fact]
    public async Task Of_a_contract_that_has_ended_late_usage_is_recouped_also_of_months_before_its_guarantee_was_one_over_the_term()
    {
        var ledger = await StatementScene.OpenAsync(app);
        var contract = await ledger.ContractAsync(1, 2, "rev_share_bps=10000");
        await ledger.RevenueAsync(1, 1000);
        await ledger.RevenueAsync(2, 0);
        await ledger.WatchAsync(1, 1, 100);
        await ledger.WatchAsync(1, 1, 900, title: null);
        Lines(await ledger.IssuedAsync(1)).ShouldBe(["revenue_share The Moon Boat 100"]);
        await ledger.ExecuteAsync($"update partnership_contracts set minimum_guarantee_cents = 100000, minimum_guarantee_basis = 'term' where id = {contract}");
        Lines(await ledger.IssuedAsync(2)).ShouldBe(["advance 100000", "recoupment -100"]);
        await ledger.WatchAsync(1, 2, 1000);
        var march = await ledger.IssuedAsync(3);
        Lines(march).ShouldBe([$"adjustment {ledger.Month(1)} 450", "recoupment -450"]);
        ((long)march["facts"]!["contracts"]![0]!["term"]!["unrecouped_cents"]!).ShouldBe(99_450);
    }

    [Fact]
    public async Task A_guarantee_over_the_term_is_paid_ahead_and_recouped_over_months_adjustments_included()
    {
        var ledger = await StatementScene.OpenAsync(app);
        await ledger.ContractAsync(1, 4, "rev_share_bps=10000; minimum_guarantee_cents=1000; minimum_guarantee_basis='term'");
        foreach (var (month, seconds) in new[] { (1, 300), (2, 400), (3, 600), (4, 200) })
        {
            await ledger.RevenueAsync(month, 1000);
            await ledger.WatchAsync(month, 7, seconds);
            await ledger.WatchAsync(month, 7, 1000 - seconds, title: null);
        }
        async Task Issued(int month, long total, params string[] lines)
        {
            var statement = await ledger.IssuedAsync(month);
            Lines(statement).ShouldBe(lines);
            ((long)statement["total_cents"]!).ShouldBe(total);
        }
        await Issued(1, 1000, "revenue_share The Moon Boat 300", "advance 1000", "recoupment -300");
        await Issued(2, 0, "revenue_share The Moon Boat 400", "recoupment -400");
        // 1300 were earned, 1000 paid.
        await Issued(3, 300, "revenue_share The Moon Boat 600", "recoupment -300");
        // Of February 650 of 1250 seconds now, which are 520.
        await ledger.WatchAsync(2, 8, 250);
        await Issued(4, 320, "revenue_share The Moon Boat 200", $"adjustment {ledger.Month(2)} 120");
        // After the contract has ended, others' late usage takes half of April away.
        await ledger.WatchAsync(4, 8, 1000, title: null);
        await Issued(5, -100, $"adjustment {ledger.Month(4)} -100");
        (await ledger.CreateAsync(6)).ShouldBe(HttpStatusCode.Created)["total_cents"]!.GetValue<long>().ShouldBe(0);
    }
}
