using System.Net;
using System.Text.Json.Nodes;
using Storytime.Catalog;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Catalog;

public sealed class MatchBooksTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    private const string Path = "/admin/api/v1/book_matches";

    [Theory]
    [InlineData("The Lantern Whale.mp4")]
    [InlineData("the-lantern-whale_final_1080p.mov")]
    [InlineData("TheLanternWhale (2).mp4")]
    [InlineData("the_lantern_whale.de.vtt")]
    [InlineData("The Lantern Whale - Ada Reed.jpg")]
    [InlineData("The Lantern Whale cover.webp")]
    [InlineData("C:\\films\\the lantern whale.mp4")]
    [InlineData("the lantren whale.mp4")]
    public async Task A_book_is_found_by_the_name_of_its_file(string name)
    {
        await app.BookAsync("The Lantern Whale");
        await app.BookAsync("The Lantern Keeper");

        var best = (await MatchAsync(name))["candidates"]![0]!;

        new[] { (string)best["title"]!, (string)best["author"]! }.ShouldBe(["The Lantern Whale", "Ada Reed"]);
        ((double)best["score"]!).ShouldBeGreaterThan(0.6);
    }

    [Fact]
    public async Task The_name_of_the_book_itself_scores_one_and_one_like_it_less()
    {
        var (fox, _) = (await app.BookAsync("Seven Sleepy Foxes"), await app.BookAsync("Seven Sleepy Foxes and a Hen"));

        var candidates = (await MatchAsync("seven-sleepy-foxes.mp4"))["candidates"]!.AsArray();

        candidates.Select(c => (string)c!["title"]!).ShouldBe(["Seven Sleepy Foxes", "Seven Sleepy Foxes and a Hen"]);
        ((long)candidates[0]!["book_id"]!).ShouldBe(fox);
        ((double)candidates[0]!["score"]!).ShouldBe(1);
        ((double)candidates[1]!["score"]!).ShouldBeLessThan(0.95);
    }

    [Fact]
    public async Task An_id_in_front_names_the_book_whatever_else_the_file_is_called()
    {
        var book = await app.BookAsync("A Door in the Hill", status: BookStatus.Draft, video: false);

        var best = (await MatchAsync($"{book}_rough cut.mp4"))["candidates"]!.AsArray().ShouldHaveSingleItem()!;

        ((long)best["book_id"]!).ShouldBe(book);
        ((double)best["score"]!).ShouldBe(1);
        ((string)best["status"]!).ShouldBe("draft");
        ((bool)best["has_video"]!).ShouldBeFalse();
    }

    [Fact]
    public async Task An_id_of_no_book_leaves_the_words()
    {
        var book = await app.BookAsync("The Paper Bear");
        ((long)(await MatchAsync("999999999_the paper bear.mp4"))["candidates"]![0]!["book_id"]!).ShouldBe(book);
    }

    [Fact]
    public async Task Many_names_are_answered_in_their_order_and_what_is_unknown_has_a_title_for_a_new_book()
    {
        var book = await app.BookAsync("Owls of the Attic");

        var files = (await (await app.EditorAsync()).PostAsync(Path, new { names = new[] { "zzyzx qwv - Jo Blue.mp4", "owls of the attic.pt-BR.vtt" } })).ShouldBe(HttpStatusCode.OK)["files"]!.AsArray();

        files[0]!["candidates"]!.AsArray().ShouldBeEmpty();
        new[] { (string)files[0]!["title"]!, (string)files[0]!["author"]! }.ShouldBe(["zzyzx qwv", "Jo Blue"]);
        ((long)files[1]!["candidates"]![0]!["book_id"]!).ShouldBe(book);
        ((string)files[1]!["language"]!).ShouldBe("pt-BR");
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData(null)]
    public async Task A_name_that_is_none_is_refused(string? name) =>
        (await (await app.EditorAsync()).PostAsync(Path, new { names = new[] { "a.mp4", name } })).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed").Json["error"]!["details"]!["names"].ShouldNotBeNull();

    [Fact]
    public async Task More_than_fifty_names_are_refused() =>
        (await (await app.EditorAsync()).PostAsync(Path, new { names = Enumerable.Repeat("a.mp4", MatchBooks.MostNames + 1) })).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed").Json["error"]!["details"]!["names"].ShouldNotBeNull();

    private async Task<JsonNode> MatchAsync(string name) =>
        (await (await app.EditorAsync()).PostAsync(Path, new { names = new[] { name } })).ShouldBe(HttpStatusCode.OK)["files"]!.AsArray().ShouldHaveSingleItem()!;
}
