using System.Net;
using System.Text.Json.Nodes;
using CsCheck;
using Microsoft.EntityFrameworkCore;
using Storytime.Platform;
using Storytime.Platform.Auth;
using Storytime.Rights;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Rights;

/// <summary>The rules in C# and those of the database, held against each other.</summary>
public sealed class ContractPropertyTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    private static readonly DateOnly _day = new(2026, 1, 1);

    private static readonly Gen<ContractContent> _terms = Gen.Select(
        Gen.Enum<PaymentModel>(), Gen.Int[0, 10_000].Nullable(), Cents, Cents, Gen.Enum<GuaranteeBasis>().Nullable(), Gen.Int[0, 5], Gen.Int[-1, 5],
        (model, bps, fee, cents, basis, start, length) => new ContractContent(
            0, "Any", _day.AddDays(start), _day.AddDays(start + length), model, bps, fee, cents, basis, "USD", null, ContractStatus.Draft, null));

    private static Gen<long?> Cents => Gen.Frequency((3, Gen.Const(0L)), (3, Gen.Const(ContractRules.MostCents)), (4, Gen.Long[0, ContractRules.MostCents])).Nullable();

    [Fact]
    public async Task What_the_API_accepts_the_database_accepts_and_the_other_way_round()
    {
        var (finance, publisher) = (await app.StaffAsync(AdminRole.Finance), await app.PublisherAsync());
        var (accepted, refused) = (0, 0);
        await _terms.SampleAsync(async terms =>
        {
            var answer = await finance.PostAsync(Contracts.Path, Contracts.New(publisher, c => Put(c, terms)));
            var stored = await StoresAsync(terms with { PublisherId = publisher });
            answer.Status.ShouldBe(stored ? HttpStatusCode.Created : HttpStatusCode.UnprocessableEntity, answer.Text);
            _ = stored ? accepted++ : refused++;
        }, iter: 400, threads: 1);
        accepted.ShouldBeGreaterThan(20);
        refused.ShouldBeGreaterThan(20);
    }

    [Fact]
    public async Task A_patch_to_any_terms_ends_in_them_where_the_database_takes_them_and_in_no_change_where_it_does_not()
    {
        var (finance, publisher) = (await app.StaffAsync(AdminRole.Finance), await app.PublisherAsync());
        var path = $"{Contracts.Path}/{await finance.ContractAsync(publisher)}";
        await _terms.SampleAsync(async terms =>
        {
            var before = (await finance.GetAsync(path)).Text;
            var body = new JsonObject();
            Put(body, terms);
            var answer = await finance.PatchAsync(path, body.ToJsonString());
            var stored = await StoresAsync(terms with { PublisherId = publisher });
            answer.Status.ShouldBe(stored ? HttpStatusCode.OK : HttpStatusCode.UnprocessableEntity, answer.Text);
            var after = await finance.GetAsync(path);
            if (stored)
                body.ShouldAllBe(m => JsonNode.DeepEquals(m.Value, after[m.Key]), after.Text);
            else
                after.Text.ShouldBe(before);
        }, iter: 200, threads: 1);
    }

    /// <summary>So that months end and begin among the days.</summary>
    private static readonly DateOnly _late = new(2026, 1, 22);

    private static readonly Gen<ContractContent[]> _held = Gen.Select(Gen.Enum<ContractStatus>(), Gen.Int[0, 12], Gen.Int[0, 8], Gen.Int[-1, 8]).Select(
        (status, start, length, last) => new ContractContent(
            0, "Any", _late.AddDays(start), _late.AddDays(start + length), PaymentModel.FlatFee, null, 1, null, null, "USD", null, status,
            status == ContractStatus.Terminated ? _late.AddDays(start + last) : null)).Array[200];

    [Fact]
    public async Task The_query_for_contracts_that_hold_agrees_with_each_contract_and_overlaps_with_a_count_of_days()
    {
        var finance = await app.StaffAsync(AdminRole.Finance);
        await _held.SampleAsync(async contents =>
        {
            var publisher = await app.PublisherAsync();
            var contracts = contents.Select(c => PartnershipContract.Create(c with { PublisherId = publisher }, app.Now)).ToList();
            await app.InDatabaseAsync(async db =>
            {
                db.PartnershipContracts.AddRange(contracts);
                await db.SaveChangesAsync();
            });
            for (var first = _late.AddDays(-3); first < _late.AddDays(24); first = first.AddDays(1))
            {
                foreach (var last in new[] { first, first.AddDays(1), first.AddDays(6) })
                {
                    var found = await app.InDatabaseAsync(db =>
                        db.PartnershipContracts.Where(c => c.PublisherId == publisher).HoldingOn(first, last).Select(c => c.Id).Order().ToListAsync());
                    found.ShouldBe(contracts.Where(c => DaysOf(first, last).Any(c.HoldsOn)).Select(c => c.Id).Order());
                    found.ShouldBe(contracts.Where(c => c.HoldsIn(first, last)).Select(c => c.Id).Order());
                }
            }
            var sql = $"select * from partnership_contracts where publisher_id = {{1}} and {PartnershipContractQueries.HoldsInMonthSql("{0}")}";
            foreach (var month in Enumerable.Range(-1, 4).Select(Months.Of(_late).AddMonths))
            {
                var found = await app.InDatabaseAsync(db => db.PartnershipContracts.FromSqlRaw(sql, month, publisher).Select(c => c.Id).Order().ToListAsync());
                found.ShouldBe(contracts.Where(c => c.HoldsIn(month, Months.EndOf(month))).Select(c => c.Id).Order());
            }
            foreach (var contract in contracts.Take(20))
            {
                var days = DaysOf(contract.StartDate, contract.LastDay).ToHashSet();
                var expected = contracts.Where(c => c != contract && DaysOf(c.StartDate, c.LastDay).Any(days.Contains)).Select(c => c.Id).Order();
                var answer = await finance.GetAsync($"{Contracts.Path}/{contract.Id}");
                answer.ShouldBe(HttpStatusCode.OK)["overlaps"]!.AsArray().Select(i => (long)i!).ShouldBe(expected);
            }
        }, iter: 3, threads: 1);
    }

    private static IEnumerable<DateOnly> DaysOf(DateOnly first, DateOnly last) => Enumerable.Range(0, Math.Max(0, last.DayNumber - first.DayNumber + 1)).Select(first.AddDays);

    private static void Put(JsonObject body, ContractContent terms)
    {
        body["start_date"] = $"{terms.StartDate:yyyy-MM-dd}";
        body["end_date"] = $"{terms.EndDate:yyyy-MM-dd}";
        body["payment_model"] = Storytime.Platform.Json.Name(terms.PaymentModel);
        body["rev_share_bps"] = terms.RevShareBps;
        body["flat_fee_cents"] = terms.FlatFeeCents;
        body["minimum_guarantee_cents"] = terms.MinimumGuaranteeCents;
        body["minimum_guarantee_basis"] = terms.MinimumGuaranteeBasis is { } basis ? Storytime.Platform.Json.Name(basis) : null;
    }

    /// <summary>Past all rules of C#.</summary>
    private Task<bool> StoresAsync(ContractContent content) => app.InDatabaseAsync(async db =>
    {
        await using var transaction = await db.Database.BeginTransactionAsync();
        db.PartnershipContracts.Add(PartnershipContract.Create(content, app.Now));
        try
        {
            await db.SaveChangesAsync();
            return true;
        }
        catch (DbUpdateException e) when (e.InnerException is Npgsql.PostgresException { SqlState: Npgsql.PostgresErrorCodes.CheckViolation })
        {
            return false;
        }
    });
}
