using System.Net;
using System.Text;
using Storytime.Platform.Auth;
using Storytime.Reporting;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Reporting;

/// <summary>Files that are longer than memory should be.</summary>
public sealed class ReportFilesTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    private const int Books = 600;
    private const int Rows = 365 * Books;
    private const string Year = "/admin/api/v1/reports/minutes_watched.csv?from=2025-01-01&to=2025-12-31&group_by=day,book";
    private const string Running = "pid <> pg_backend_pid() and datname = current_database() and state in ('active', 'idle in transaction') and query like 'with source as%'";

    [Fact]
    public async Task A_year_by_day_and_book_is_written_as_it_is_read()
    {
        using var response = await BeginYearAsync();
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Headers.TransferEncodingChunked.ShouldBe(true);
        await using var body = await response.Content.ReadAsStreamAsync();
        // The head is here, and PostgreSQL cannot get rid of the rest until somebody reads on.
        var head = new byte[100];
        await body.ReadExactlyAsync(head);
        await app.UntilAsync($"select count(*) = 1 from pg_stat_activity where {Running} and wait_event = 'ClientWrite'");
        using var rest = new StreamReader(body);
        var (lines, seconds, first) = (0, 0L, Encoding.UTF8.GetString(head));
        for (var line = first + await rest.ReadLineAsync(); line is not null; line = await rest.ReadLineAsync())
        {
            foreach (var row in line.Split("\r\n"))
                seconds += ++lines == 1 ? 0 : long.Parse(row.Split(',')[^4]);
        }
        lines.ShouldBe(Rows + 1);
        seconds.ShouldBe((long)(decimal)(await app.SqlAsync("select sum(seconds_watched) from daily_usages"))!);
    }

    [Fact]
    public async Task An_error_in_the_middle_cuts_the_connection_so_that_no_part_is_taken_for_the_whole()
    {
        using var response = await BeginYearAsync();
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        await using var body = await response.Content.ReadAsStreamAsync();
        await body.ReadExactlyAsync(new byte[100]);
        await app.UntilAsync($"select count(*) = 1 from pg_stat_activity where {Running} and wait_event = 'ClientWrite'");
        (await app.SqlAsync($"select pg_terminate_backend(pid) from pg_stat_activity where {Running}")).ShouldBe(true);
        await Should.ThrowAsync<IOException>(() => body.CopyToAsync(Stream.Null));
    }

    [Fact]
    public async Task Files_take_turns_and_one_that_takes_too_long_is_cut_off()
    {
        var finance = await app.StaffAsync(AdminRole.Finance);
        // The files of other tests may just be ending.
        await app.UntilAsync($"select count(*) = 0 from pg_stat_activity where {Running}");
        await using var held = await HeldLock.TakeAsync(app, "lock table usage_totals in access exclusive mode");
        var files = Enumerable.Range(0, ReportTurns.Most).Select(_ => MonthAsync()).ToList();
        await app.WaitersAsync(ReportTurns.Most);
        var third = MonthAsync();
        for (var waited = TimeSpan.Zero; !third.IsCompleted; waited += TimeSpan.FromSeconds(1))
        {
            waited.ShouldBeLessThan(CsvFile.Longest);
            app.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
        (await third).ShouldBeError(HttpStatusCode.TooManyRequests, "rate_limited").Headers.RetryAfter.ShouldNotBeNull();
        app.Clock.Advance(CsvFile.Longest);
        foreach (var file in files)
            await Should.ThrowAsync<HttpRequestException>(() => file);
        await held.DisposeAsync();
        // What was cut off gives its turn back: the clock stands still, so the next ones wait for theirs as long as it takes.
        foreach (var file in await Task.WhenAll(Enumerable.Range(0, ReportTurns.Most).Select(_ => MonthAsync())).WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken))
            file.ShouldBe(HttpStatusCode.OK);

        Task<Answer> MonthAsync() => finance.GetAsync("/admin/api/v1/reports/minutes_watched.csv?from=2025-01-01&to=2025-12-31&group_by=month");
    }

    private async Task<HttpResponseMessage> BeginYearAsync()
    {
        // Rows of some two hundred bytes: no buffer on the way holds all of them.
        await app.SqlAsync($"""
            insert into publishers (name, status, created_at, updated_at) select repeat('x', 180), 'active', now(), now() where not exists (select from daily_usages);
            insert into daily_usages (day, book_id, publisher_id, territory, seconds_watched, plays, children, updated_at)
            select '2025-01-01'::date + day, 1000000 + book, (select max(id) from publishers), 'US', 1 + (day * book) % 5000, 1, 1, now()
            from generate_series(0, 364) as day, generate_series(1, {Books}) as book where not exists (select from daily_usages);
            """);
        var finance = await app.StaffAsync(AdminRole.Finance);
        var request = new HttpRequestMessage(HttpMethod.Get, Year);
        request.Headers.Authorization = new("Bearer", finance.Token);
        return await finance.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }
}

/// <summary>With a replica that answers too slowly.</summary>
public sealed class SlowReportTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    [Fact]
    public async Task A_report_that_takes_too_long_says_what_to_do()
    {
        app.With("ConnectionStrings:Reports", app.ConnectionString + ";Options=-c statement_timeout=100");
        var finance = await app.StaffAsync(AdminRole.Finance);
        await using var held = await HeldLock.TakeAsync(app, "lock table usage_totals in access exclusive mode");
        var answer = (await finance.GetAsync("/admin/api/v1/reports/minutes_watched?from=2025-01-01&to=2025-12-31&group_by=month")).ShouldBeError(HttpStatusCode.ServiceUnavailable, "unavailable");
        ((string?)answer["error"]!["message"]).ShouldBe("This report takes too long. Ask for fewer days, or for one publisher or book.");
    }
}
