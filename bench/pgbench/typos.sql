-- A catalog search whose words are spelled wrong: nothing matches, so what looks alike is looked for.
\set n random(1, :queries)
with asked as (
    select to_tsquery('storytime', q.prefixes) || plainto_tsquery('english', unaccent(q.words)) as terms, string_to_array(q.words, ' ') as words
    from bench_queries q where q.list = :list and q.n = :n::int
)
select b.id, b.title, b.author, b.description, count(*) over () as total
from books b
where b.status = 'active' and not exists (select from books c where c.status = 'active' and c.search_vector @@ (select terms from asked))
    and (select words[1] from asked) <% b.search_text and (select words[2] from asked) <% b.search_text
order by word_similarity((select words[1] from asked), b.search_text) + word_similarity((select words[2] from asked), b.search_text) desc, b.id limit 25;
