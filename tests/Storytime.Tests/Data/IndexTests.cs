using Storytime.Tests.Testing;

namespace Storytime.Tests.Data;

/// <summary>Queries that must not read a whole table, with the index that is there for them.</summary>
public sealed class IndexTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    [Theory]
    [InlineData("select exists (select from playback_sessions where child_profile_id = 1 and book_id = 2)", "Index Cond: ((child_profile_id = 1) AND (book_id = 2))")]
    [InlineData("select id from books order by title, id limit 25", "ix_books_title_id")]
    [InlineData("select id from books where status = 'active' order by title, id limit 25", "ix_books_title_id")]
    [InlineData("select id from books where playing_asset_id is distinct from poster_asset_id", "ix_books_poster_due")]
    [InlineData("select id from rights_windows order by start_at, id limit 25", "ix_rights_windows_start_at_id")]
    public async Task A_query_finds_its_index(string query, string line)
    {
        // Empty tables are cheapest to read whole and to sort; only an index that fits is left then.
        var plan = (string)(await app.SqlAsync($"""
            set enable_seqscan = off; set enable_sort = off; set enable_bitmapscan = off;
            create temp table plan (line text);
            do $$ declare line text; begin for line in execute $q$explain {query}$q$ loop insert into plan values (line); end loop; end $$;
            select string_agg(line, chr(10)) from plan
            """))!;
        plan.ShouldContain(line);
        plan.ShouldNotContain("Sort");
    }
}
