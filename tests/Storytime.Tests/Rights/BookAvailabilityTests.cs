using System.Net;
using Storytime.Catalog;
using Storytime.Rights;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Rights;

public sealed class BookAvailabilityTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    [Fact]
    public async Task Each_territory_with_a_window_has_its_own_answer_and_all_others_one_together()
    {
        var publisher = await app.PublisherAsync();
        var book = await app.BookAsync(publisherId: publisher);
        await app.WindowAsync(publisher, book, app.Now.AddDays(-1), app.Now.AddDays(5), "US");
        await app.WindowAsync(publisher, book, app.Now.AddDays(5), app.Now.AddDays(9), "US");
        await app.WindowAsync(publisher, book, app.Now.AddDays(2), app.Now.AddDays(9), "GB");
        await app.WindowAsync(publisher, book, app.Now.AddDays(-9), app.Now.AddDays(-2), "FR");

        (await AvailabilityAsync(book)).ShouldBe([
            $"FR rights_expired ",
            $"GB rights_not_started {Time(2)}",
            $"US playable {Time(9)}",
            "elsewhere rights_unavailable ",
        ]);
    }

    [Fact]
    public async Task A_window_for_everywhere_counts_in_each_territory()
    {
        var publisher = await app.PublisherAsync();
        var book = await app.BookAsync(publisherId: publisher);
        await app.WindowAsync(publisher, book, app.Now.AddDays(-1), app.Now.AddDays(5));
        await app.WindowAsync(publisher, book, app.Now.AddDays(-1), app.Now.AddDays(7), "CA");

        (await AvailabilityAsync(book)).ShouldBe([$"CA playable {Time(7)}", $"elsewhere playable {Time(5)}"]);
    }

    [Fact]
    public async Task The_first_reason_is_named_whatever_else_stands_in_the_way()
    {
        var (active, inactive) = (await app.PublisherAsync(), await app.PublisherAsync(PublisherStatus.Inactive));
        var notActive = await app.BookAsync(publisherId: active, status: BookStatus.Draft, video: false);
        var noVideo = await app.BookAsync(publisherId: active, video: false);
        var noPublisher = await app.BookAsync(publisherId: inactive);
        foreach (var (publisher, book) in new[] { (active, notActive), (active, noVideo), (inactive, noPublisher) })
            await app.WindowAsync(publisher, book, app.Now.AddDays(-1), app.Now.AddDays(5));

        (await AvailabilityAsync(notActive)).ShouldBe(["elsewhere book_inactive "]);
        (await AvailabilityAsync(noVideo)).ShouldBe(["elsewhere video_not_ready "]);
        (await AvailabilityAsync(noPublisher)).ShouldBe(["elsewhere rights_unavailable "]);
        (await AvailabilityAsync(await app.BookAsync())).ShouldBe(["elsewhere playable "]);
    }

    [Fact]
    public async Task A_parent_in_that_country_is_answered_the_same()
    {
        var publisher = await app.PublisherAsync();
        var book = await app.BookAsync(publisherId: publisher);
        await app.WindowAsync(publisher, book, app.Now.AddDays(-1), app.Now.AddDays(5), "GB");
        var (parent, child) = await app.FamilyAsync(book);

        var british = await app.ParentAsync("GB");
        var theirs = await british.ChildAsync();
        (await british.PostAsync($"/api/v1/children/{theirs}/library_items", new { book_id = book })).ShouldBe(HttpStatusCode.Created);
        (await AvailabilityAsync(book)).Single(a => a.StartsWith("GB", StringComparison.Ordinal)).ShouldContain("playable");
        await british.OpenAsync(theirs, book);
        var elsewhere = (await AvailabilityAsync(book)).Last();
        ((string?)(await parent.PostAsync($"/api/v1/children/{child}/playback_sessions", new { book_id = book })).ShouldBe(HttpStatusCode.Forbidden)["error"]!["code"])
            .ShouldBe(elsewhere.Split(' ')[1]);
    }

    [Fact]
    public async Task There_is_no_answer_for_a_book_that_is_not_there() =>
        (await (await app.EditorAsync()).GetAsync("/admin/api/v1/books/987654321/availability")).ShouldBeError(HttpStatusCode.NotFound, "not_found");

    private async Task<string[]> AvailabilityAsync(long book)
    {
        var answer = (await (await app.EditorAsync()).GetAsync($"/admin/api/v1/books/{book}/availability")).ShouldBe(HttpStatusCode.OK);
        ((long)answer["book_id"]!).ShouldBe(book);
        return [.. answer["territories"]!.AsArray().Select(t =>
        {
            ((bool)t!["playable"]!).ShouldBe(t["reason"] is null);
            ((string?)t["message"] is null).ShouldBe(t["reason"] is null);
            return $"{t["territory"]} {t["reason"] ?? "playable"} {t["changes_at"]}";
        })];
    }

    private string Time(int days) => Storytime.Platform.Rfc3339.Format(app.Now.AddDays(days));
}
