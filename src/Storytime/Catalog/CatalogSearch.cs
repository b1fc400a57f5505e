using System.Globalization;
using Npgsql;
using Storytime.Data;
using Storytime.Platform;

namespace Storytime.Catalog;

/// <summary>
/// What <see cref="BookSearch"/> finds among the active books, in hand-written SQL, because everybody searches: one statement tells the page, how many there are, and whether
/// typos are to be forgiven.
/// </summary>
internal sealed class CatalogSearch([FromKeyedServices(DataSetup.Hot)] NpgsqlDataSource database)
{
    /// <returns>The page, the best match first when there are words, by title otherwise; and how many there are in all.</returns>
    public async Task<(long[] Ids, int Total)> FindAsync(CatalogFilter filter, PageQuery query, CancellationToken ct)
    {
        await using var command = database.CreateCommand();
        if (Sql(filter, query, command.Parameters) is not { } sql)
            return ([], 0);
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        return (reader.GetFieldValue<long[]>(0), reader.GetInt32(1));
    }

    /// <returns>Null when there is not a letter in what is looked for.</returns>
    private static string? Sql(CatalogFilter filter, PageQuery query, NpgsqlParameterCollection parameters)
    {
        var (page, perPage) = query.OrDefaults();
        var paged = $"limit {Add((long)perPage)} offset {Add((page - 1L) * perPage)}";
        var fits = Conditions(filter, Add);
        if (string.IsNullOrWhiteSpace(filter.Q))
            return $"select array(select b.id from books b where {fits} order by b.title, b.id {paged}), (select count(*)::int from books b where {fits})";

        var words = BookSearch.Words(filter.Q);
        if (words.Length == 0)
            return null;
        var (prefixes, text) = BookSearch.Terms(words);
        var (prefixesAt, textAt) = (Add(prefixes), Add(text));
        List<string> spelled = [.. words.Select(w => $"lower(unaccent({Add(w)}))")];
        return $"""
            with asked as (
                select to_tsquery('storytime', {prefixesAt}) || plainto_tsquery('english', unaccent({textAt})) as terms, plainto_tsquery('storytime', {textAt}) as whole
            ), found as materialized (
                select b.id, b.title, {fits} as fits,
                    ts_rank_cd({BookSearch.WeightsSql}, b.search_vector, (select terms from asked)) + ts_rank_cd({BookSearch.WeightsSql}, b.search_vector, (select whole from asked)) as rank
                from books b where b.status = 'active' and b.search_vector @@ (select terms from asked)
            ), matches as (
                select id, title, rank from found where fits
                union all
                select b.id, b.title, {string.Join(" + ", spelled.Select(w => $"word_similarity({w}, b.search_text)"))} as rank
                from books b where not exists (select from found) and {fits} and {string.Join(" and ", spelled.Select(w => $"{w} <% b.search_text"))}
            )
            select array(select id from matches order by rank desc, title, id {paged}), (select count(*)::int from matches)
            """;

        string Add(object value)
        {
            parameters.Add(new() { Value = value });
            return string.Create(CultureInfo.InvariantCulture, $"${parameters.Count}");
        }
    }

    /// <param name="add">Adds a value; gives what stands for it.</param>
    private static string Conditions(CatalogFilter filter, Func<object, string> add)
    {
        var sql = "b.status = 'active'";
        if (filter.Age is { } age)
            sql += $" and {add(age)} between b.age_min and b.age_max";
        if (long.TryParse(filter.Publisher, NumberStyles.None, CultureInfo.InvariantCulture, out var publisherId))
            sql += $" and b.publisher_id = {add(publisherId)}";
        else if (!string.IsNullOrWhiteSpace(filter.Publisher))
            sql += $" and b.publisher_id in (select id from publishers where unaccent(name) ilike unaccent({add(LikePattern.Containing(filter.Publisher))}))";
        if (!string.IsNullOrWhiteSpace(filter.Language))
        {
            var language = add(filter.Language.Trim().Replace("\0", "", StringComparison.Ordinal).ToLowerInvariant());
            sql += $" and (lower(b.language) = {language} or starts_with(lower(b.language), {language} || '-'))";
        }
        return sql;
    }
}
