using System.Net;
using System.Text.Json.Nodes;
using CsCheck;
using Npgsql;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Videos;

/// <summary>With the true time, so that each report is at another moment; in its database every state is kept.</summary>
public sealed class WatchedHost(Database database) : VideoHost(database)
{
    protected override Task ConfigureAsync(StorytimeApp app)
    {
        app.InRealTime();
        return Task.CompletedTask;
    }

    protected override Task StartedAsync() => this.WatchAsync();
}

/// <summary>Reports in any order, any number of times, one after the other and at once.</summary>
public sealed class ReportOrderTests(WatchedHost host) : IClassFixture<WatchedHost>
{
    private static readonly Gen<(string Status, int? Percent)> _report = Gen.Frequency(
        (2, Gen.Const(("PROGRESSING", (int?)null))),
        (4, Gen.Int[0, 100].Select(percent => ("STATUS_UPDATE", (int?)percent))),
        (3, Gen.Const(("COMPLETE", (int?)null))),
        (1, Gen.Const(("ERROR", (int?)null))),
        (1, Gen.Const(("CANCELED", (int?)null))));

    /// <summary>Some reports, and which of them arrives when, in lines that run side by side; most arrive more than once.</summary>
    private static readonly Gen<((string Status, int? Percent)[] Reports, int[][] Lines)> _history =
        _report.Array[1, 5].SelectMany(reports => Gen.Int[0, reports.Length - 1].Array[1, 10].Array[1, 4].Select(lines => (reports, lines)));

    [Fact]
    public Task The_first_end_of_a_job_is_its_end_and_nothing_ever_goes_back() => _history.SampleAsync(async history =>
    {
        var (id, book, job) = await host.ProcessingAsync();
        await host.ManifestAsync(book);
        var notices = history.Reports.Select(r => host.Sns.Notification(TestJobs.Event(job, id, r.Status, r.Percent), host.App.Now)).ToArray();
        await Task.WhenAll(history.Lines.Select(async line =>
        {
            foreach (var report in line)
                await DeliverAsync(notices[report]);
        }));

        var states = await StatesAsync(id);
        states.Zip(states.Skip(1)).ShouldAllBe(pair => pair.First.Status == "processing" && (pair.First.Percent ?? 0) <= (pair.Second.Percent ?? 0));
        var ends = history.Lines.Select(line => line.Select(report => End(history.Reports[report].Status)).FirstOrDefault(end => end is not null)).OfType<string>().ToArray();
        var asset = await host.ReadAsync(id);
        if (ends.Length > 0)
            ((string?)asset["status"]).ShouldBeOneOf(ends);
        else
            ((string?)asset["status"], (int)asset["progress_percent"]!).ShouldBe(("processing", history.Lines.SelectMany(l => l).Max(report => history.Reports[report].Percent ?? 0)));
        var ready = (string?)asset["status"] == "ready";
        (await host.App.SqlAsync($"select count(*) from switches where book_id = {book}")).ShouldBe(ready ? 1L : 0L);

        var before = await RowsAsync(id, book);
        foreach (var notice in notices.Concat(history.Reports.Select(r => host.Sns.Notification(TestJobs.Event(job, id, r.Status, r.Percent), host.App.Now))))
        {
            if (ends.Length > 0)
                await DeliverAsync(notice);
        }
        (await RowsAsync(id, book)).ShouldBe(before);
    }, iter: 60, threads: 1);

    [Fact]
    public async Task Copies_of_one_notice_at_the_same_moment_are_all_taken()
    {
        var (id, _, job) = await host.ProcessingAsync();
        for (var percent = 1; percent <= 20; percent++)
        {
            var notice = host.Sns.Notification(TestJobs.Event(job, id, "STATUS_UPDATE", percent), host.App.Now);
            await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => DeliverAsync(notice)));
        }
        (await StatesAsync(id)).Select(state => state.Percent).Distinct().ShouldBe(Enumerable.Range(0, 21).Select(percent => (int?)percent));
    }

    /// <summary>The state that the asset is in after this report, when it was the first one of an end.</summary>
    private static string? End(string status) => status switch { "COMPLETE" => "ready", "ERROR" or "CANCELED" => "failed", _ => null };

    private async Task<List<(string Status, int? Percent)>> StatesAsync(long id)
    {
        await using var connection = new NpgsqlConnection(host.App.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"select status, percent from asset_states where asset_id = {id} order by n", connection);
        await using var reader = await command.ExecuteReaderAsync();
        List<(string, int?)> states = [];
        while (await reader.ReadAsync())
            states.Add((reader.GetString(0), reader.IsDBNull(1) ? null : reader.GetInt32(1)));
        return states;
    }

    /// <summary>Both rows and their row versions: an update that changes nothing would be seen too.</summary>
    private async Task<string> RowsAsync(long id, long book) => (string)(await host.App.SqlAsync(
        $"select concat(a.xmin, row_to_json(a), b.xmin, row_to_json(b)) from video_assets a, books b where a.id = {id} and b.id = {book}"))!;

    private async Task DeliverAsync(JsonObject notice) =>
        (await host.App.Client().SendAsync(HttpMethod.Post, "/webhooks/mediaconvert", null, request => request.Content = Forgery.Text(notice))).ShouldBe(HttpStatusCode.OK);
}
