using Storytime.Platform.Auth;
using Storytime.Rights;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Rights;

public sealed class ExpireContractsTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    [Fact]
    public async Task An_active_contract_expires_when_its_last_day_is_over_once_and_by_nobody()
    {
        var finance = await app.StaffAsync(AdminRole.Finance);
        var publisher = await app.PublisherAsync();
        var active = await MakeAsync(finance, publisher, 0, "active");
        var longer = await MakeAsync(finance, publisher, 1, "active");
        var draft = await MakeAsync(finance, publisher, 0, "draft");

        await RunAsync();
        (await StatusesAsync(active, longer, draft)).ShouldBe("active active draft");

        // To the last moment of the day, and into the next one.
        app.Clock.SetUtcNow(new DateTimeOffset(app.Now.UtcDateTime.Date, TimeSpan.Zero).AddDays(1).AddMicroseconds(-1));
        await RunAsync();
        (await StatusesAsync(active, longer, draft)).ShouldBe("active active draft");
        app.Clock.Advance(TimeSpan.FromMicroseconds(1));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => RunAsync()));
        await RunAsync();

        (await StatusesAsync(active, longer, draft)).ShouldBe("expired active draft");
        (await app.SqlAsync($"""
            select string_agg(concat_ws(' ', action, admin_id, before ->> 'status', after ->> 'status'), '; ') from audit_entries
            where subject_type = 'partnership_contract' and subject_id in ({active}, {longer}, {draft}) and action <> 'created'
            """)).ShouldBe("expired active expired");
        (await app.SqlAsync($"select updated_at > created_at from partnership_contracts where id = {active}")).ShouldBe(true);
    }

    private Task RunAsync() => app.RunAsync<ExpireContracts>(j => j.RunAsync(CancellationToken.None));

    private Task<long> MakeAsync(ApiClient finance, long publisher, int end, string status) => finance.ContractAsync(publisher, c =>
        (c["start_date"], c["end_date"], c["status"]) = ($"{app.Now.UtcDateTime.AddDays(-30):yyyy-MM-dd}", $"{app.Now.UtcDateTime.AddDays(end):yyyy-MM-dd}", status));

    private async Task<object?> StatusesAsync(params long[] ids) =>
        await app.SqlAsync($"select string_agg(status, ' ' order by id) from partnership_contracts where id in ({string.Join(", ", ids)})");
}
