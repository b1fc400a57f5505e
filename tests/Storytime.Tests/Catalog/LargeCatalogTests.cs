using System.Net;
using CsCheck;
using Microsoft.EntityFrameworkCore;
using Storytime.Catalog;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Catalog;

/// <summary>20,000 books with titles of three common words; one publisher has 150 of them.</summary>
public sealed class LargeCatalog(Database database) : IAsyncLifetime
{
    public StorytimeApp App { get; } = new(database);

    public async ValueTask InitializeAsync()
    {
        await App.InitializeAsync();
        await App.SqlAsync("""
            insert into publishers (id, name, status, created_at, updated_at) values (1, 'Big House', 'active', now(), now()), (2, 'Small House', 'active', now(), now());
            with words as (select array['river', 'stone', 'lantern', 'whale', 'button', 'pepper', 'cloud', 'violet', 'marble', 'basket', 'thunder', 'willow', 'candle',
                'puddle', 'feather', 'harbor', 'mitten', 'orchard', 'pebble', 'meadow', 'kettle', 'garden', 'ladder', 'mirror', 'ribbon', 'saddle', 'tunnel', 'wagon'] as w)
            insert into books (title, author, description, age_min, age_max, language, publisher_id, status, created_at, updated_at)
            select initcap(w[1 + i % 28] || ' ' || w[1 + i / 28 % 28] || ' ' || w[1 + i / 784 % 28]) || case when i % 2000 = 7 then ' Moonlight' else '' end,
                'Author ' || w[1 + i * 7 % 28], 'A story with a ' || w[1 + i * 13 % 28] || ' in it.', i % 6, 6 + i % 6, 'en', case when i % 133 = 0 then 2 else 1 end, 'active', now(), now()
            from generate_series(1, 20000) i, words;
            analyze books;
            """);
    }

    public ValueTask DisposeAsync() => App.DisposeAsync();
}

public sealed class LargeCatalogTests(LargeCatalog large) : IClassFixture<LargeCatalog>
{
    [Theory]
    [InlineData("")]
    [InlineData("&q=river")]
    [InlineData("&q=rivre")]
    [InlineData("&q=stone+river")]
    [InlineData("&q=river&age=7")]
    public async Task Pages_hold_every_book_once_in_the_same_order_whatever_the_page_size(string query)
    {
        var parent = await large.App.ParentAsync();
        var whole = await IdsAsync(parent, query, 100);
        whole.ShouldNotBeEmpty();
        whole.ShouldBeUnique();
        await Gen.Int[1, 40].SampleAsync(async size => (await IdsAsync(parent, query, size)).ShouldBe(whole), iter: 3, threads: 1);
    }

    [Theory]
    [InlineData("moonli", "ix_books_search_vector")]
    [InlineData("river whale", "ix_books_search_vector")]
    [InlineData("moonlihgt", "ix_books_search_text")]
    public async Task Search_in_20_000_books_goes_through_its_indexes(string q, string index)
    {
        var plan = await large.App.InDatabaseAsync(async db =>
        {
            var query = (await db.Books.Where(b => b.Status == BookStatus.Active).SearchAsync(q, CancellationToken.None)).Take(25);
            await db.Database.OpenConnectionAsync();
            await using var command = query.CreateDbCommand();
            command.CommandText = "explain " + command.CommandText;
            await using var reader = await command.ExecuteReaderAsync();
            var lines = new List<string>();
            while (await reader.ReadAsync())
                lines.Add(reader.GetString(0));
            return string.Join('\n', lines);
        });
        plan.ShouldContain(index);
        plan.ShouldNotContain("Seq Scan on books");
    }

    private static async Task<List<long>> IdsAsync(ApiClient parent, string query, int size)
    {
        var ids = new List<long>();
        for (var page = 1; ; page++)
        {
            var answer = await parent.GetAsync($"/api/v1/catalog/books?publisher=2{query}&per_page={size}&page={page}");
            ids.AddRange(answer.ShouldBe(HttpStatusCode.OK)["data"]!.AsArray().Select(b => (long)b!["id"]!));
            if (page >= (int)answer["pagination"]!["total_pages"]!)
            {
                ((int)answer["pagination"]!["total"]!).ShouldBe(ids.Count);
                return ids;
            }
        }
    }
}
