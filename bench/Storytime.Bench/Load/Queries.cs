namespace Storytime.Bench.Load;

/// <summary>Words to search for, in a table that pgbench's scripts read, too.</summary>
internal static class Queries
{
    public static readonly string[] Lists = ["cold", "repeated", "typos"];

    /// <summary>
    /// Cold: two words of a title and the beginning of its number, so that no cache has them. Repeated: twenty that many parents type. Typos: a letter is missing
    /// in each of two longer words, so that no book has them.
    /// </summary>
    public const string Sql = """
        create table bench_queries (list text, n int, words text not null, prefixes text not null, primary key (list, n));
        insert into bench_queries
        select list, row_number() over (partition by list order by md5(words)), words, replace(words, ' ', ':* & ') || ':*' from (
            select distinct 'cold' as list, lower(split_part(title, ' ', 2) || ' ' || split_part(title, ' ', 3)) || ' ' || left(id::text, (1 + id % 3)::int) as words from books
            union all
            select 'repeated', words from unnest(array['moon', 'dragon', 'sleepy dragon', 'brave fox', 'golden star', 'little bear', 'hidden garden', 'quiet owl', 'merry train',
                'tiny rabbit', 'clever fox', 'windy river', 'lost boat', 'big bear', 'my moon', 'our garden', 'brave rabbit', 'sleepy moon', 'golden dragon', 'tiny boat']) as words
            union all
            select 'typos', left(a, 2) || substr(a, 4) || ' ' || left(b, 2) || substr(b, 4)
            from unnest(array['sleepy', 'golden', 'hidden', 'clever', 'little']) as a, unnest(array['garden', 'dragon', 'forest', 'rabbit']) as b
        ) as q;
        analyze bench_queries
        """;
}
