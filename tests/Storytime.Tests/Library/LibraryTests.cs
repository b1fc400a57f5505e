using System.Net;
using Storytime.Catalog;
using Storytime.Library;
using Storytime.Platform;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Library;

public sealed class LibraryTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    [Fact]
    public async Task A_book_is_on_the_shelf_once_however_often_it_is_put_there()
    {
        var book = await app.BookAsync();
        var (parent, child) = await app.FamilyAsync(book);
        (await parent.PostAsync($"/api/v1/children/{child}/library_items", new { book_id = book })).ShouldBe(HttpStatusCode.OK);
        (await parent.GetAsync($"/api/v1/children/{child}/library"))["data"]!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task Of_racing_requests_one_puts_the_book_there()
    {
        var book = await app.BookAsync();
        var (parent, child) = await app.FamilyAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => parent.PostAsync($"/api/v1/children/{child}/library_items", new { book_id = book })));
        answers.Count(a => a.Status == HttpStatusCode.Created).ShouldBe(1);
        answers.Count(a => a.Status == HttpStatusCode.OK).ShouldBe(9);
    }

    [Fact]
    public async Task Putting_on_and_taking_off_at_the_same_time_always_gets_an_answer()
    {
        var book = await app.BookAsync();
        var (parent, child) = await app.FamilyAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(n => n % 2 == 0
            ? parent.PostAsync($"/api/v1/children/{child}/library_items", new { book_id = book })
            : parent.DeleteAsync($"/api/v1/children/{child}/library_items/{book}")));
        foreach (var answer in answers)
        {
            ((int)answer.Status).ShouldBeOneOf(200, 201, 204, 404, 409);
            if (answer.Status is HttpStatusCode.OK or HttpStatusCode.Created)
                ((long)answer["book_id"]!).ShouldBe(book);
        }
    }

    [Fact]
    public async Task The_shelf_is_newest_first_and_pages()
    {
        long[] books = [await app.BookAsync(), await app.BookAsync(), await app.BookAsync()];
        var (parent, child) = await app.FamilyAsync(books);
        var first = await parent.GetAsync($"/api/v1/children/{child}/library?per_page=2");
        first["data"]!.AsArray().Select(b => (long)b!["id"]!).ShouldBe([books[2], books[1]]);
        ((int)first["pagination"]!["total"]!, (int)first["pagination"]!["total_pages"]!).ShouldBe((3, 2));
        var second = await parent.GetAsync($"/api/v1/children/{child}/library?per_page=2&page=2");
        second["data"]!.AsArray().Select(b => (long)b!["id"]!).ShouldBe([books[0]]);
        ((string?)second["data"]![0]!["added_at"]).ShouldEndWith("Z");
    }

    [Fact]
    public async Task Books_that_are_not_in_the_catalog_are_404()
    {
        var (parent, child) = await app.FamilyAsync();
        foreach (var book in new[] { await app.BookAsync(status: BookStatus.Draft), await app.BookAsync(status: BookStatus.Inactive), 999_999_999 })
            (await parent.PostAsync($"/api/v1/children/{child}/library_items", new { book_id = book })).ShouldBeError(HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task A_book_can_be_taken_off_and_goes_on_where_it_was_when_it_comes_back()
    {
        var book = await app.BookAsync();
        var (parent, child) = await app.FamilyAsync(book);
        await parent.PostAsync("/api/v1/usage_events", new { child_id = child, book_id = book, event_type = "pause", position_seconds = 30, occurred_at = app.Now.ToString("o") });
        (await parent.DeleteAsync($"/api/v1/children/{child}/library_items/{book}")).ShouldBe(HttpStatusCode.NoContent);
        (await parent.DeleteAsync($"/api/v1/children/{child}/library_items/{book}")).ShouldBeError(HttpStatusCode.NotFound, "not_found");
        (await parent.GetAsync($"/api/v1/children/{child}/library"))["data"]!.AsArray().ShouldBeEmpty();
        await parent.PostAsync($"/api/v1/children/{child}/library_items", new { book_id = book });
        ((double)(await parent.GetAsync($"/api/v1/children/{child}/library"))["data"]![0]!["resume_position_seconds"]!).ShouldBe(30);
    }

    [Fact]
    public async Task A_book_that_leaves_within_thirty_days_says_when()
    {
        var publisher = await app.PublisherAsync();
        var own = await app.BookAsync();
        var (soon, later, goesOn, moves, over, gap) = (await BookAsync(), await BookAsync(), await BookAsync(), await BookAsync(), await BookAsync(), await BookAsync());
        await WindowAsync(soon, -10, 30);
        await WindowAsync(later, -10, 30.001);
        await WindowAsync(goesOn, -10, 5);
        await WindowAsync(goesOn, 5, 50);
        await WindowAsync(moves, -10, 5, "US");
        await WindowAsync(moves, 4, 20);
        await WindowAsync(over, -10, -1);
        await WindowAsync(over, 2, 3);
        await WindowAsync(gap, -10, 7);
        await WindowAsync(gap, 7.5, 100);
        var (parent, child) = await app.FamilyAsync(own, soon, later, goesOn, moves, over, gap);
        (await parent.GetAsync($"/api/v1/children/{child}/library")).ShouldBeWrittenAs<Page<ShelfBookResponse>>(app);

        var leaving = (await parent.GetAsync($"/api/v1/children/{child}/library"))["data"]!.AsArray()
            .ToDictionary(b => (long)b!["id"]!, b => b!["leaving_at"] is { } at ? DateTimeOffset.Parse((string)at!, null) : (DateTimeOffset?)null);

        leaving[own].ShouldBeNull();
        leaving[soon].ShouldBe(app.Now.AddDays(30));
        leaving[later].ShouldBeNull();
        leaving[goesOn].ShouldBeNull("a window follows on");
        leaving[moves].ShouldBe(app.Now.AddDays(20), "the other territory's window holds on");
        leaving[over].ShouldBeNull("it is not there");
        leaving[gap].ShouldBe(app.Now.AddDays(7), "it comes back half a day later");

        Task<long> BookAsync() => app.BookAsync(publisherId: publisher);
        Task WindowAsync(long book, double from, double until, string territory = "GLOBAL") =>
            app.WindowAsync(publisher, book, app.Now.AddDays(from), app.Now.AddDays(until), territory);
    }

    [Fact]
    public async Task A_foreign_shelf_is_404_for_every_call()
    {
        var book = await app.BookAsync();
        var (_, child) = await app.FamilyAsync(book);
        var stranger = await app.ParentAsync();
        (await stranger.GetAsync($"/api/v1/children/{child}/library")).ShouldBeError(HttpStatusCode.NotFound, "not_found");
        (await stranger.PostAsync($"/api/v1/children/{child}/library_items", new { book_id = book })).ShouldBeError(HttpStatusCode.NotFound, "not_found");
        (await stranger.DeleteAsync($"/api/v1/children/{child}/library_items/{book}")).ShouldBeError(HttpStatusCode.NotFound, "not_found");
        (await app.SqlAsync($"select count(*) from library_items where child_profile_id = {child}")).ShouldBe(1L);
    }
}
