using Storytime.Tests.Testing;

namespace Storytime.Tests.Usage;

public sealed class RollUpTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    [Fact]
    public async Task What_a_child_watched_counts_for_the_day_the_month_the_book_and_its_publisher()
    {
        var publisher = await app.PublisherAsync();
        var book = await app.BookAsync(publisherId: publisher);
        var self = await app.BookAsync("Ours");
        await app.WindowAsync(publisher, book, app.Now.AddDays(-5), app.Now.AddDays(5));
        var (parent, child) = await app.FamilyAsync(book, self);
        var at = new DateTimeOffset(app.Now.UtcDateTime.Date.AddDays(-1).AddHours(10), TimeSpan.Zero);
        await parent.WatchAsync(child, book, at, at.AddMinutes(5));
        await parent.WatchAsync(child, self, at.AddHours(1), at.AddHours(1).AddMinutes(2));
        await app.RollUpAsync();

        (await app.SqlAsync($"select string_agg(concat_ws(' ', book_id, coalesce(publisher_id::text, '-'), territory, seconds_watched, plays, children), ', ' order by book_id) from daily_usages"))
            .ShouldBe($"{book} {publisher} US 300 1 1, {self} - US 120 1 1");
        (await app.SqlAsync("select string_agg(concat_ws(' ', grain, coalesce(publisher_id::text, '-'), coalesce(book_id::text, '-'), seconds_watched, plays, children), ', ' order by grain, publisher_id, book_id) from usage_totals"))
            .ShouldBe($"book_month {publisher} {book} 300 1 1, book_month - {self} 120 1 1, day - - 420 2 1, month - - 420 2 1, "
                + $"publisher_day {publisher} - 300 1 1, publisher_day - - 120 1 1, publisher_month {publisher} - 300 1 1, publisher_month - - 120 1 1");

        // Late: the same sitting went on.
        await parent.WatchAsync(child, book, at.AddMinutes(6), at.AddMinutes(8));
        await app.RollUpAsync();
        (await app.SqlAsync($"select concat_ws(' ', seconds_watched, plays, children) from daily_usages where book_id = {book}")).ShouldBe("420 2 1");
    }
}
