using System.Globalization;
using System.Net;
using Storytime.Rights;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Rights;

/// <summary>Books are told from memory, and yet never otherwise than the database has them. Changes are made by SQL, as another node would.</summary>
public sealed class BookCacheTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    private sealed record Scene(ApiClient Parent, long Child, long Book, long Publisher);

    /// <summary>{0} is the book, {1} its publisher.</summary>
    [Theory]
    [InlineData("update books set title = 'The Sun Boat' where id = {0}", "title", "The Sun Boat")]
    [InlineData("update books set description = 'Over the sea.' where id = {0}", "description", "Over the sea.")]
    [InlineData("update books set cover_s3_key = 'covers/1.jpg' where id = {0}", "cover_image_url", "http://localhost:5081/covers/1.jpg")]
    [InlineData("update books set status = 'inactive' where id = {0}", "unavailable_reason", "book_inactive")]
    [InlineData("update books set playing_asset_id = null where id = {0}", "unavailable_reason", "video_not_ready")]
    [InlineData("update publishers set status = 'inactive' where id = {1}", "unavailable_reason", "rights_unavailable")]
    [InlineData("delete from rights_windows where book_id = {0}", "unavailable_reason", "rights_unavailable")]
    [InlineData("update rights_windows set start_at = start_at - interval '9 days', end_at = start_at where book_id = {0}", "unavailable_reason", "rights_expired")]
    [InlineData("update rights_windows set territory = 'FR' where book_id = {0}", "unavailable_reason", "rights_unavailable")]
    [InlineData("update video_assets set duration_seconds = 123 where book_id = {0}", "duration_seconds", "123")]
    [InlineData("update video_assets set processing_status = 'failed', error_code = 'X', error_message = 'X.', ready_at = null, hls_manifest_path = null where book_id = {0}", "unavailable_reason", "video_not_ready")]
    public async Task What_changes_of_a_book_is_seen_by_the_next_request(string change, string member, string expected)
    {
        var scene = await MakeAsync();
        var before = await ShelfAsync(scene);
        $"{before[member]}".ShouldNotBe(expected);
        ((bool)before["playable"]!).ShouldBeTrue();

        await app.SqlAsync(string.Format(CultureInfo.InvariantCulture, change, scene.Book, scene.Publisher));

        $"{(await ShelfAsync(scene))[member]}".ShouldBe(expected);
        var play = await scene.Parent.PlayAsync(scene.Child, scene.Book);
        play.Status.ShouldBe(member == "unavailable_reason" ? HttpStatusCode.Forbidden : HttpStatusCode.Created);
        if (member == "unavailable_reason")
            play.ErrorCode.ShouldBe(expected);
    }

    [Fact]
    public async Task A_window_that_is_given_is_seen_and_so_is_a_publisher_by_its_new_name()
    {
        var scene = await MakeAsync();
        await app.SqlAsync($"delete from rights_windows where book_id = {scene.Book}");
        ((bool)(await ShelfAsync(scene))["playable"]!).ShouldBeFalse();
        await app.WindowAsync(scene.Publisher, scene.Book, app.Now.AddHours(-1), app.Now.AddDays(1));
        ((bool)(await ShelfAsync(scene))["playable"]!).ShouldBeTrue();

        await app.SqlAsync($"update publishers set name = 'Lighthouse' where id = {scene.Publisher}");
        ((string)(await ShelfAsync(scene))["publisher"]!["name"]!).ShouldBe("Lighthouse");
    }

    [Fact]
    public async Task What_is_taken_back_was_no_change()
    {
        var scene = await MakeAsync();
        await ShelfAsync(scene);
        var version = await app.SqlAsync("select version from catalog_versions");
        await app.SqlAsync($"begin; update books set title = 'Never' where id = {scene.Book}; rollback");
        (await app.SqlAsync("select version from catalog_versions")).ShouldBe(version);
        await app.SqlAsync($"update books set title = title, updated_at = updated_at where id = {scene.Book}");
        (await app.SqlAsync("select version from catalog_versions")).ShouldBe(version);
    }

    [Fact]
    public async Task A_transaction_is_one_version_however_much_it_changes()
    {
        var scene = await MakeAsync();
        var version = (long)(await app.SqlAsync("select version from catalog_versions"))!;
        await app.SqlAsync($"begin; update books set title = 'A' where id = {scene.Book}; update publishers set name = 'B' where id = {scene.Publisher}; delete from rights_windows where book_id = {scene.Book}; commit");
        (await app.SqlAsync("select version from catalog_versions")).ShouldBe(version + 1);
        (await app.SqlAsync($"select string_agg(book_id::text, ' ') from catalog_changes where version = {version + 1}")).ShouldBe($"{scene.Book}");
    }

    [Fact]
    public async Task Who_missed_changes_that_are_forgotten_begins_anew()
    {
        var scene = await MakeAsync();
        await ShelfAsync(scene);
        await app.SqlAsync($"update books set title = 'Long Ago' where id = {scene.Book}");
        await app.SqlAsync($"update catalog_versions set version = version + {CleanCatalogChanges.Kept + 10}");
        await app.RunAsync<CleanCatalogChanges>(j => j.RunAsync(CancellationToken.None));
        (await app.SqlAsync("select count(*) from catalog_changes")).ShouldBe(0L);
        ((string)(await ShelfAsync(scene))["title"]!).ShouldBe("Long Ago");
    }

    [Fact]
    public async Task A_change_of_a_publisher_is_one_of_the_books_that_it_got_while_the_change_waited()
    {
        var (scene, other) = (await MakeAsync(), await app.PublisherAsync());
        await using var source = Npgsql.NpgsqlDataSource.Create(app.ConnectionString);
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var move = new Npgsql.NpgsqlCommand($"update books set publisher_id = {other} where id = {scene.Book}; set constraints all immediate", connection))
            await move.ExecuteNonQueryAsync();
        var change = app.SqlAsync($"update publishers set status = 'inactive' where id = {other}");
        while (await app.SqlAsync("select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query like 'update publishers%' and datname = current_database()") is 0L)
            await Task.Delay(20, TestContext.Current.CancellationToken);
        await transaction.CommitAsync();
        await change;
        (await app.SqlAsync($"select count(*) from catalog_changes c join catalog_versions v using (version) where c.book_id = {scene.Book}")).ShouldBe(1L);
        ((string)(await ShelfAsync(scene))["unavailable_reason"]!).ShouldBe("rights_unavailable");
    }

    [Fact]
    public async Task A_search_that_was_made_before_finds_what_came_since()
    {
        var word = $"Zebra{Guid.NewGuid():N}"[..14];
        var scene = await MakeAsync();
        (await FoundAsync(scene, word)).ShouldBeEmpty();
        await app.SqlAsync($"update books set title = '{word}' where id = {scene.Book}");
        (await FoundAsync(scene, word)).ShouldBe([word]);
        await app.BookAsync($"{word} Again");
        (await FoundAsync(scene, word)).Count.ShouldBe(2);
        await app.SqlAsync($"update books set status = 'inactive' where id = {scene.Book}");
        (await FoundAsync(scene, word)).ShouldBe([$"{word} Again"]);
    }

    [Fact]
    public async Task A_page_that_was_written_before_ends_when_a_window_begins_or_ends()
    {
        var word = $"Tapir{Guid.NewGuid():N}"[..14];
        var publisher = await app.PublisherAsync();
        var book = await app.BookAsync(word, publisher);
        await app.WindowAsync(publisher, book, app.Now.AddMinutes(1), app.Now.AddMinutes(2));
        var (parent, _) = await app.FamilyAsync();
        List<bool> playable = [];
        foreach (var seconds in new[] { 0, 30, 30, 30, 30 })
        {
            app.Clock.Advance(TimeSpan.FromSeconds(seconds));
            playable.Add((bool)(await parent.GetAsync($"/api/v1/catalog/books?q={word}")).ShouldBe(HttpStatusCode.OK)["data"]!.AsArray().ShouldHaveSingleItem()!["playable"]!);
        }
        playable.ShouldBe([false, false, true, true, false]);
    }

    [Fact]
    public async Task Nobody_reads_what_was_before_a_change_that_was_committed_when_the_request_began()
    {
        var scene = await MakeAsync();
        await app.SqlAsync($"update books set title = '0' where id = {scene.Book}");
        var (committed, ended) = (0, false);
        var writing = Task.Run(async () =>
        {
            for (var n = 1; n <= 150; n++)
            {
                await app.SqlAsync($"update books set title = '{n}' where id = {scene.Book}");
                Volatile.Write(ref committed, n);
            }
            Volatile.Write(ref ended, true);
        }, TestContext.Current.CancellationToken);
        var readers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!Volatile.Read(ref ended))
            {
                var known = Volatile.Read(ref committed);
                int.Parse((string)(await ShelfAsync(scene))["title"]!, CultureInfo.InvariantCulture).ShouldBeGreaterThanOrEqualTo(known);
            }
        }, TestContext.Current.CancellationToken));
        await Task.WhenAll([writing, .. readers]);
        ((string)(await ShelfAsync(scene))["title"]!).ShouldBe("150");
    }

    private async Task<Scene> MakeAsync()
    {
        var publisher = await app.PublisherAsync();
        var book = await app.BookAsync(publisherId: publisher);
        await app.WindowAsync(publisher, book, app.Now.AddDays(-2), app.Now.AddDays(90));
        var (parent, child) = await app.FamilyAsync(book);
        return new Scene(parent, child, book, publisher);
    }

    private static async Task<System.Text.Json.Nodes.JsonNode> ShelfAsync(Scene scene) =>
        (await scene.Parent.GetAsync($"/api/v1/children/{scene.Child}/library")).ShouldBe(HttpStatusCode.OK)["data"]!.AsArray().ShouldHaveSingleItem()!;

    private static async Task<List<string>> FoundAsync(Scene scene, string word) =>
        [.. (await scene.Parent.GetAsync($"/api/v1/catalog/books?q={word}")).ShouldBe(HttpStatusCode.OK)["data"]!.AsArray().Select(b => (string)b!["title"]!)];
}
