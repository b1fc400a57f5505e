using System.Net;
using CsCheck;
using Storytime.Catalog;
using Storytime.Platform;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Catalog;

/// <summary>A shelf of its own, so that what is found can be said exactly.</summary>
public sealed class SearchShelf(Database database) : IAsyncLifetime
{
    public StorytimeApp App { get; } = new(database);

    public ApiClient Parent { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await App.InitializeAsync();
        var editor = await App.EditorAsync();
        var (owl, blue) = (await editor.PublisherAsync("Éditions du Hibou"), await editor.PublisherAsync("Blue Kettle"));
        await BookAsync(editor, "The Dragon Who Sneezed", "Beatrix Møller", "Smoke and tissues.", owl);
        await BookAsync(editor, "Dragonfly Pond", "Tom O'Hara", "Still water.", blue);
        await BookAsync(editor, "A Quiet Farm", "Ada Reed", "Not one dragon lives here. Dragon, dragon, dragon, dragon: none.", blue);
        await BookAsync(editor, "Élodie et la Forêt", "Zoé Lefèvre", "Une histoire de renard.", owl, "fr");
        await BookAsync(editor, "Counting Elephants", "Chinua Bello", "One to ten.", null);
        await BookAsync(editor, "Mr.Fox and the Apollo-11", "J. R. Ash", "A trip.", null);
        await BookAsync(editor, "Ёжик в тумане", "Юрий Норштейн", "Туман.", null, "ru");
        await BookAsync(editor, "はらぺこ", "絵本 太郎", "おはなし", null, "ja");
        await editor.BookAsync("Dragon Draft", b => b["status"] = "draft");
        Parent = await App.ParentAsync();
    }

    private static Task<long> BookAsync(ApiClient editor, string title, string author, string description, long? publisher, string language = "en") =>
        editor.BookAsync(title, b => { b["author"] = author; b["description"] = description; b["publisher_id"] = publisher; b["language"] = language; });

    public ValueTask DisposeAsync() => App.DisposeAsync();
}

public sealed class CatalogSearchTests(SearchShelf shelf) : IClassFixture<SearchShelf>
{
    private const string Dragon = "The Dragon Who Sneezed", Dragonfly = "Dragonfly Pond", Farm = "A Quiet Farm", Elodie = "Élodie et la Forêt",
        Elephants = "Counting Elephants", Fox = "Mr.Fox and the Apollo-11";

    [Theory]
    [InlineData("sneez", Dragon)]
    [InlineData("who sne", Dragon)]
    [InlineData("count eleph", Elephants)]
    [InlineData("DRAGONFLIES", Dragonfly)]
    [InlineData("elephant counted", Elephants)]
    public async Task Beginnings_and_forms_of_words_find_a_book(string q, string title) => (await FindAsync(q)).ShouldBe([title]);

    [Theory]
    [InlineData("dragno sneezed", Dragon)]
    [InlineData("elephnats", Elephants)]
    [InlineData("elefants", Elephants)]
    [InlineData("eleephants", Elephants)]
    [InlineData("cuonting", Elephants)]
    [InlineData("dragonfyl", Dragonfly)]
    [InlineData("sneezd", Dragon)]
    [InlineData("snezed", Dragon)]
    [InlineData("beatrx", Dragon)]
    public async Task Swapped_missing_doubled_and_wrong_letters_are_forgiven(string q, string title) => (await FindAsync(q)).First().ShouldBe(title);

    [Theory]
    [InlineData("elodie", Elodie)]
    [InlineData("foret", Elodie)]
    [InlineData("Élodie", Elodie)]
    [InlineData("E\u0301lodie", Elodie)]
    [InlineData("FORÊT", Elodie)]
    [InlineData("éléphants", Elephants)]
    [InlineData("moller", Dragon)]
    [InlineData("MØLLER", Dragon)]
    [InlineData("ежик", "Ёжик в тумане")]
    [InlineData("Ёжик", "Ёжик в тумане")]
    [InlineData("はらぺこ", "はらぺこ")]
    [InlineData("太郎", "はらぺこ")]
    public async Task Accents_and_case_make_no_difference_either_way(string q, string title) => (await FindAsync(q)).ShouldBe([title]);

    [Theory]
    [InlineData("lefevre", Elodie)]
    [InlineData("o'hara", Dragonfly)]
    [InlineData("Blue Kettle pond", Dragonfly)]
    [InlineData("hibou sneezed", Dragon)]
    [InlineData("renard", Elodie)]
    [InlineData("tissues", Dragon)]
    [InlineData("fox", Fox)]
    [InlineData("apollo 11", Fox)]
    [InlineData("mr.fox", Fox)]
    [InlineData("fox, apollo!", Fox)]
    public async Task Author_publisher_and_description_are_searched_and_punctuation_only_parts_words(string q, string title) =>
        (await FindAsync(q)).ShouldBe([title]);

    [Fact]
    public async Task A_title_comes_before_a_description_that_repeats_the_word_and_drafts_are_never_found() =>
        (await FindAsync("dragon")).ShouldBe([Dragon, Dragonfly, Farm], ignoreOrder: false);

    [Fact]
    public async Task Typos_are_not_looked_for_when_a_filter_leaves_nothing_of_what_the_words_found() =>
        (await FindAsync("dragon", "&age=17")).ShouldBeEmpty();

    [Theory]
    [InlineData("xylophone")]
    [InlineData("dragon xylophone")]
    [InlineData("qqqqqq")]
    public async Task Words_that_resemble_nothing_find_nothing(string q) => (await FindAsync(q)).ShouldBeEmpty();

    [Theory]
    [InlineData("!!!")]
    [InlineData("&|!():*<->")]
    [InlineData("' ; drop table books; --")]
    [InlineData("\"")]
    [InlineData("\\")]
    [InlineData("\\'")]
    [InlineData("\0")]
    [InlineData("dra\0gon")]
    [InlineData("%")]
    [InlineData("_")]
    [InlineData("🐉")]
    [InlineData("👩‍👩‍👧‍👦 dragon")]
    [InlineData("\u200b")]
    [InlineData("\u0301")]
    [InlineData("①②")]
    [InlineData("dragon:* & !fox")]
    [InlineData("dragon <-> fox")]
    [InlineData("a")]
    [InlineData("the of and")]
    [InlineData("1e5 0x1F 3.14 -7")]
    [InlineData("https://a.b/c?d=e&f=g#h")]
    [InlineData("a@b.c")]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("ﷺ ﷽ İ ß ŉ")]
    public async Task Hostile_words_never_break_the_search(string q) => (await SearchAsync(q)).ShouldBe(HttpStatusCode.OK);

    [Fact]
    public async Task Any_string_is_answered()
    {
        await Gen.OneOf(Gen.String, Gen.String[Gen.OneOf(" &|!():*<->'\"\\%_\0\u0301aé1ж🐉".ToCharArray()), 0, 200]).Where(s => s.Length <= 200).SampleAsync(async q =>
        {
            var valid = System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(q));
            var answer = await SearchAsync(valid);
            ((int)answer.Status).ShouldBeOneOf(200, 422);
        }, iter: 300, threads: 2);
        (await SearchAsync(string.Concat(Enumerable.Repeat("a ", 100)))).ShouldBe(HttpStatusCode.OK);
        (await SearchAsync(new string('щ', 200))).ShouldBe(HttpStatusCode.OK);
    }

    /// <summary>Families search by SQL of their own.</summary>
    [Fact]
    public async Task The_catalog_finds_what_the_console_finds_in_the_same_order()
    {
        var editor = await shelf.App.EditorAsync();
        var word =
            from text in Gen.OneOf("dragon", "dragonfly", "sneezed", "quiet", "farm", "counting", "elephants", "elodie", "forêt", "møller", "fox", "apollo", "11", "kettle", "ёжик", "の")
            from change in Gen.Int[0, 3]
            from at in Gen.Int[0, text.Length - 1]
            select change switch { 1 => text[..(at + 1)], 2 => text.Remove(at, 1), 3 => text[..at] + text[^1] + text[at..], _ => text };
        await word.Array[1, 3].Select(words => string.Join(' ', words)).SampleAsync(async q =>
        {
            var found = await SearchAsync(q, "&per_page=100");
            var expected = await editor.GetAsync($"/admin/api/v1/books?q={Uri.EscapeDataString(q)}&per_page=100&status=active");
            Titles(found).ShouldBe(Titles(expected), q);
            ((int)found["pagination"]!["total"]!).ShouldBe((int)expected["pagination"]!["total"]!);
        }, iter: 300, threads: 2);

        static string[] Titles(Answer answer) => [.. answer.ShouldBe(HttpStatusCode.OK)["data"]!.AsArray().Select(b => (string)b!["title"]!)];
    }

    /// <summary>Rows are put together of bytes: nothing may be missing, written otherwise, or in another order.</summary>
    [Fact]
    public async Task The_written_page_is_what_the_serializer_writes() =>
        (await shelf.Parent.GetAsync("/api/v1/catalog/books?per_page=100")).ShouldBeWrittenAs<Page<CatalogBookResponse>>(shelf.App);

    [Fact]
    public async Task More_than_200_characters_are_refused() =>
        (await SearchAsync(new string('d', 1000))).ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed").Json["error"]!["details"]!["q"].ShouldNotBeNull();

    [Fact]
    public async Task Words_without_a_letter_or_digit_find_nothing_and_blank_words_find_all()
    {
        (await FindAsync("!?")).ShouldBeEmpty();
        (await FindAsync(" ")).Length.ShouldBe(8);
    }

    [Fact]
    public async Task A_publisher_s_new_name_is_found_at_once()
    {
        var editor = await shelf.App.EditorAsync();
        var publisher = await editor.PublisherAsync("Firstname");
        await editor.BookAsync("Renaming", b => { b["publisher_id"] = publisher; b["status"] = "inactive"; });
        await editor.PatchAsync($"/admin/api/v1/publishers/{publisher}", new { name = "Quixotic" });
        var found = await editor.GetAsync("/admin/api/v1/books?q=quixotic");
        found["data"]!.AsArray().Select(b => (string)b!["title"]!).ShouldBe(["Renaming"]);
        (await editor.GetAsync("/admin/api/v1/books?q=firstname"))["data"]!.AsArray().ShouldBeEmpty();
    }

    private Task<Answer> SearchAsync(string q, string more = "") => shelf.Parent.GetAsync($"/api/v1/catalog/books?q={Uri.EscapeDataString(q)}{more}");

    private async Task<string[]> FindAsync(string q, string more = "") =>
        [.. (await SearchAsync(q, more)).ShouldBe(HttpStatusCode.OK)["data"]!.AsArray().Select(b => (string)b!["title"]!)];
}
