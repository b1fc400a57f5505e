using System.Net;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Usage;

public sealed class PartitionTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    [Fact]
    public async Task A_write_makes_the_partition_that_it_misses()
    {
        app.Clock.Advance(TimeSpan.FromDays(400));
        var book = await app.BookAsync();
        var (parent, child) = await app.FamilyAsync(book);
        var at = app.Now.ToString("o");
        (await parent.PostAsync($"/api/v1/children/{child}/playback_sessions", new { book_id = book })).ShouldBe(HttpStatusCode.Created);
        (await parent.PostAsync("/api/v1/usage_events", new { child_id = child, book_id = book, event_type = "pause", occurred_at = at })).ShouldBe(HttpStatusCode.Created);
        (await app.SqlAsync($"select tableoid::regclass::text from usage_events where child_profile_id = {child}")).ShouldBe($"usage_events_{app.Now:yyyy_MM}");
    }
}
