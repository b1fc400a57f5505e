using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Storytime.Data;
using Storytime.Platform.Auth;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Reporting;

public sealed class MinutesWatchedTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    private const string Report = "/admin/api/v1/reports/minutes_watched";

    [Fact]
    public async Task What_children_watch_is_in_the_report_once_it_is_rolled_up()
    {
        var publisher = await app.PublisherAsync();
        var book = await app.BookAsync(publisherId: publisher);
        var ours = await app.BookAsync("Ours");
        await app.WindowAsync(publisher, book, app.Now.AddDays(-5), app.Now.AddDays(5));
        var (parent, child) = await app.FamilyAsync(book, ours);
        var at = new DateTimeOffset(app.Now.UtcDateTime.Date.AddDays(-1).AddHours(10), TimeSpan.Zero);
        await parent.WatchAsync(child, book, at, at.AddSeconds(200));
        await parent.WatchAsync(child, ours, at.AddHours(1), at.AddHours(1).AddMinutes(2));
        await app.RollUpAsync();

        var answer = (await (await app.StaffAsync(AdminRole.Finance)).GetAsync($"{Report}?from={at:yyyy-MM-dd}&to={at:yyyy-MM-dd}&group_by=day,book")).ShouldBe(HttpStatusCode.OK).Json;
        answer.ToJsonString().ShouldBe($$$"""
            {"from":"{{{at:yyyy-MM-dd}}}","to":"{{{at:yyyy-MM-dd}}}","group_by":"day,book","data":[
            {"day":"{{{at:yyyy-MM-dd}}}","month":null,"publisher_id":{{{publisher}}},"publisher_name":"Lantern Press","book_id":{{{book}}},"title":"The Moon Boat",
            "seconds":200,"minutes":3.33,"plays":1,"children":1,"hidden":false},
            {"day":"{{{at:yyyy-MM-dd}}}","month":null,"publisher_id":null,"publisher_name":null,"book_id":{{{ours}}},"title":"Ours","seconds":120,"minutes":2,"plays":1,"children":1,"hidden":false}],
            "totals":{"seconds":320,"minutes":5.33,"plays":2,"children":1,"hidden":false},"pagination":{"page":1,"per_page":25,"total":2,"total_pages":1}}
            """.ReplaceLineEndings(""));
    }

    [Fact]
    public async Task CSV_comes_by_its_address_and_by_the_header_Accept_and_runs_no_formula()
    {
        var day = new DateOnly(2021, 3, 1);
        string[] titles = ["=1+1", "@x", "-2", "+3", "Übung, \"macht\" den\nMeister", "Мишка"];
        var viewings = new List<Viewing>();
        foreach (var (i, title) in titles.Index())
            viewings.Add(new Viewing(1, day, await app.BookAsync(title, video: false), null, "US", 600 - i, 1));
        await app.SeedAsync(viewings);
        var finance = await app.StaffAsync(AdminRole.Finance);
        const string Query = "?from=2021-03-01&to=2021-03-31&group_by=book&per_page=1";
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Report}.csv{Query}");
        request.Headers.Authorization = new("Bearer", finance.Token);
        using var response = await finance.Http.SendAsync(request);
        response.Content.Headers.ContentType!.ToString().ShouldBe("text/csv; charset=utf-8; header=present");
        response.Content.Headers.ContentDisposition!.ToString().ShouldBe("attachment; filename=\"minutes-watched-2021-03-01-2021-03-31.csv\"");
        var file = await response.Content.ReadAsStringAsync();
        var lines = file.Split("\r\n");
        lines[0].ShouldBe("publisher_id,publisher_name,book_id,title,seconds,minutes,plays,children");
        lines[1..].Select(l => string.Join(',', l.Split(',').Skip(3))).ShouldBe([
            "\"'=1+1\",600,10.00,1,1", "\"'@x\",599,9.98,1,1", "\"'-2\",598,9.97,1,1", "\"'+3\",597,9.95,1,1", "\"Übung, \"\"macht\"\" den\nMeister\",596,9.93,1,1", "Мишка,595,9.92,1,1", ""]);

        foreach (var (accept, isCsv) in new[] { ("text/csv", true), ("text/csv, application/json;q=0.5", true), ("application/json, text/csv", false), ("*/*", false), ("text/html", false) })
        {
            var answer = await finance.SendAsync(HttpMethod.Get, Report + Query, change: r => r.Headers.TryAddWithoutValidation("Accept", accept));
            answer.MediaType.ShouldBe(isCsv ? "text/csv" : "application/json", accept);
            answer.Headers.Vary.ShouldContain("Accept");
            if (isCsv)
                answer.Text.ShouldBe(file);
        }
    }

    [Theory]
    [InlineData("", "from", "from must be a date between 2000-01-01 and 2100-12-31, such as 2026-02-25.")]
    [InlineData("from=2026-02-30&to=2026-03-01&group_by=day", "from", "from must be a date between 2000-01-01 and 2100-12-31, such as 2026-02-25.")]
    [InlineData("from=2026-02-01&to=1999-12-31&group_by=day", "to", "to must be a date between 2000-01-01 and 2100-12-31, such as 2026-02-25.")]
    [InlineData("from=2026-02-02&to=2026-02-01&group_by=day", "from", "from must not be later than to.")]
    [InlineData("from=2026-02-02&to=2036-02-02&group_by=day", "from", "Ask for at most ten years at a time: let from be later, or to earlier.")]
    [InlineData("from=2026-02-01&to=2026-02-01", "group_by", "group_by must be one of day, month, publisher, book, or one of the first two and one of the last two with a comma between them, such as month,publisher.")]
    [InlineData("from=2026-02-01&to=2026-02-01&group_by=week", "group_by", "group_by must be one of day, month, publisher, book, or one of the first two and one of the last two with a comma between them, such as month,publisher.")]
    [InlineData("from=2026-02-01&to=2026-02-01&group_by=day,month", "group_by", "Group by day or by month, not by both: every day is in one month.")]
    [InlineData("from=2026-02-01&to=2026-02-01&group_by=book,publisher", "group_by", "Group by publisher or by book, not by both: rows by book say whose it was.")]
    [InlineData("from=2026-02-01&to=2026-02-01&group_by=day&for=everybody", "for", "This must be one of: publisher.")]
    [InlineData("from=2026-02-01&to=2026-02-01&group_by=day&publisher_id=999999999", "publisher_id", "There is no such publisher.")]
    [InlineData("from=2026-02-01&to=2026-02-01&group_by=day&book_id=999999999", "book_id", "There is no such book.")]
    [InlineData("from=2026-02-01&to=2026-02-01&group_by=day&territory=UK", "territory", "territory must be a country code of ISO 3166-1, such as US or GB, or ZZ for families whose country is not known.")]
    [InlineData("from=2026-02-01&to=2026-02-01&group_by=day&per_page=101", "per_page", "per_page must be between 1 and 100.")]
    public async Task What_cannot_be_answered_says_which_value_and_what_to_do(string query, string field, string message)
    {
        var finance = await app.StaffAsync(AdminRole.Finance);
        var answer = (await finance.GetAsync($"{Report}?{query}")).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed");
        answer["error"]!["details"]![field]!.AsArray().Select(m => (string?)m).ShouldBe([message]);
        if (field != "per_page")
            (await finance.GetAsync($"{Report}.csv?{query}")).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed").Text.ShouldBe(answer.Text);
    }

    [Fact]
    public async Task Reports_are_for_finance_and_admins()
    {
        foreach (var (role, status) in new[] { (AdminRole.Editor, HttpStatusCode.Forbidden), (AdminRole.Finance, HttpStatusCode.OK), (AdminRole.Admin, HttpStatusCode.OK) })
        {
            var staff = await app.StaffAsync(role);
            foreach (var path in new[] { Report, $"{Report}.csv", "/admin/api/v1/reports/completion", "/admin/api/v1/reports/completion.csv" })
                (await staff.GetAsync($"{path}?from=2020-01-01&to=2020-01-02&group_by=day")).ShouldBe(status);
        }
    }

    [Fact]
    public async Task Nothing_watched_is_an_answer()
    {
        var finance = await app.StaffAsync(AdminRole.Finance);
        foreach (var suffix in new[] { "", "&for=publisher" })
        {
            var answer = (await finance.GetAsync($"{Report}?from=2019-01-05&to=2019-03-07&group_by=month,book{suffix}")).ShouldBe(HttpStatusCode.OK);
            answer["data"]!.AsArray().ShouldBeEmpty();
            JsonNode.DeepEquals(answer["totals"], JsonNode.Parse("""{ "seconds": 0, "minutes": 0, "plays": 0, "children": 0, "hidden": false }""")).ShouldBeTrue(answer.Text);
            (await finance.GetAsync($"{Report}?from=2019-01-05&to=2019-03-07&group_by=month&page=7{suffix}")).ShouldBe(HttpStatusCode.OK)["pagination"]!.ToJsonString()
                .ShouldBe("""{"page":7,"per_page":25,"total":0,"total_pages":0}""");
        }
        (await finance.GetAsync($"{Report}.csv?from=2019-01-05&to=2019-03-07&group_by=month")).Text.ShouldBe("month,seconds,minutes,plays,children\r\n");
    }

    [Theory]
    [InlineData("3", "-", null)]
    [InlineData("5", "5", 5)]
    [InlineData("9 6 3", "9 - -", 9)]
    [InlineData("9 6 4 2", "9 - - -", 9)]
    [InlineData("9 6 2 2", "9 - - -", 9)]
    [InlineData("4 4", "- -", null)]
    [InlineData("9 9 6 6 3 3", "9 9 6 - - -", 9)]
    [InlineData("9 6", "9 6", 9)]
    public async Task Small_cells_are_hidden_with_as_many_others_as_it_takes(string children, string shown, int? total)
    {
        var publisher = await app.PublisherAsync();
        var viewings = new List<Viewing>();
        foreach (var (i, number) in children.Split(' ').Index())
        {
            var book = await app.BookAsync($"Book {i}", publisherId: publisher, video: false);
            viewings.AddRange(Enumerable.Range(1, int.Parse(number)).Select(child => new Viewing(child, new DateOnly(2022, 5, 6), book, publisher, "US", 600, 1)));
        }
        await app.SeedAsync(viewings);
        var finance = await app.StaffAsync(AdminRole.Finance);
        var answer = (await finance.GetAsync($"{Report}?from=2022-05-01&to=2022-05-31&group_by=book&publisher_id={publisher}&for=publisher")).ShouldBe(HttpStatusCode.OK);
        string.Join(' ', answer["data"]!.AsArray().Select(r => $"{r!["children"]}" is { Length: > 0 } text ? text : "-")).ShouldBe(shown);
        answer["data"]!.AsArray().ShouldAllBe(r => (bool)r!["hidden"]! == (r["seconds"] == null) && (r["seconds"] == null) == (r["minutes"] == null) && (r["minutes"] == null) == (r["plays"] == null));
        ((int?)answer["totals"]!["children"]).ShouldBe(total);
    }

    /// <summary>Three children on Monday and the same three on Tuesday are three, not six.</summary>
    [Theory]
    [InlineData("abc abc defghi", "- - -", 9)]
    [InlineData("abc abc defghi abcdefghi", "- - - 9", 9)]
    [InlineData("abc def", "- -", 6)]
    [InlineData("abc abcd", "- -", null)]
    [InlineData("abcde defghi", "5 6", 9)]
    public async Task The_same_children_on_several_days_do_not_hide_one_another(string days, string shown, int? total)
    {
        var publisher = await app.PublisherAsync();
        var book = await app.BookAsync(publisherId: publisher, video: false);
        var monday = new DateOnly(2022, 6, 6);
        await app.SeedAsync([.. from day in days.Split(' ').Index()
                                from child in day.Item
                                select new Viewing(child - 'a' + 1, monday.AddDays(day.Index), book, publisher, "US", 600, 1)]);
        var finance = await app.StaffAsync(AdminRole.Finance);
        var answer = (await finance.GetAsync($"{Report}?from=2022-06-01&to=2022-06-30&group_by=day&publisher_id={publisher}&for=publisher")).ShouldBe(HttpStatusCode.OK);
        string.Join(' ', answer["data"]!.AsArray().Select(r => $"{r!["seconds"]}" is { Length: > 0 } ? $"{r["children"]}" : "-")).ShouldBe(shown);
        ((int?)answer["totals"]!["children"]).ShouldBe(total);
    }

    [Fact]
    public async Task The_data_source_of_reports_cannot_write()
    {
        app.Client();
        var reports = app.Services.GetRequiredKeyedService<NpgsqlDataSource>(DataSetup.Reports);
        await using var command = reports.CreateCommand("delete from daily_usages");
        (await Should.ThrowAsync<PostgresException>(() => command.ExecuteNonQueryAsync())).SqlState.ShouldBe(PostgresErrorCodes.ReadOnlySqlTransaction);
        await using var timeout = reports.CreateCommand("show statement_timeout");
        (await timeout.ExecuteScalarAsync()).ShouldBe("1min");
    }
}
