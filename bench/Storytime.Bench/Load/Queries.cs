namespace Storytime.Bench.Load;

/// <summary>Words to search for, in a table that pgbench's scripts read, too.</summary>
internal static class Queries
{
    public static readonly string[] Lists = ["cold", "repeated", "typos"];

    /// <summary>
    /// Cold: a word of a title and its number, whole or all but a digit, so that no cache has it and few books match; the seed has so few words that two of them would match
    /// hundreds, as they do in no catalog. Repeated: twenty that many parents type. Typos: a letter is missing in the word, so that no book has it.
    /// </summary>
    public const string Sql = """
        create table bench_queries (list text, n int, words text not null, prefixes text not null, primary key (list, n));
        insert into bench_queries
        select list, row_number() over (partition by list order by md5(words)), words, replace(words, ' ', ':* & ') || ':*' from (
            select 'cold' as list, lower(split_part(title, ' ', 3)) || ' ' || case when id % 2 = 0 and id >= 1000 then id / 10 else id end as words from books
            union all
            select 'repeated', words from unnest(array['moon', 'dragon', 'sleepy dragon', 'brave fox', 'golden star', 'little bear', 'hidden garden', 'quiet owl', 'merry train',
                'tiny rabbit', 'clever fox', 'windy river', 'lost boat', 'big bear', 'my moon', 'our garden', 'brave rabbit', 'sleepy moon', 'golden dragon', 'tiny boat']) as words
            union all
            select 'typos', overlay(lower(split_part(title, ' ', 3)) placing '' from 3 for 1) || ' ' || id from books where id % 25 = 7 and length(split_part(title, ' ', 3)) >= 5
        ) as q group by list, words;
        analyze bench_queries
        """;
}
