using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Storytime.Platform;

/// <summary>Which part of a list is asked for.</summary>
public sealed record PageQuery
{
    /// <summary>The page, from 1.</summary>
    [FromQuery(Name = "page"), Range(1, 100_000, ErrorMessage = "page must be between 1 and 100000.")]
    public int? Page { get; init; }

    /// <summary>Rows on a page, 1 to 100; 25 when it is not given.</summary>
    [FromQuery(Name = "per_page"), Range(1, 100, ErrorMessage = "per_page must be between 1 and 100.")]
    public int? PerPage { get; init; }
}

/// <summary>A list answer.</summary>
public sealed record Page<T>(IReadOnlyList<T> Data, Pagination Pagination);

/// <summary>Where a page stands in its list.</summary>
public sealed record Pagination(int Page, int PerPage, int Total, int TotalPages);

internal static class Paging
{
    public const int DefaultPerPage = 25;

    /// <summary>The page that is meant, whatever was left out.</summary>
    public static (int Page, int PerPage) OrDefaults(this PageQuery query) => (query.Page ?? 1, query.PerPage ?? DefaultPerPage);

    /// <summary>Counts and fetches one page; the query must be ordered by something unique at its end.</summary>
    public static async Task<Page<T>> PageAsync<T>(this IQueryable<T> rows, PageQuery query, CancellationToken ct)
    {
        var (page, perPage) = query.OrDefaults();
        var total = await rows.CountAsync(ct);
        var data = total == 0 ? [] : await rows.Skip((page - 1) * perPage).Take(perPage).ToListAsync(ct);
        return data.ToPage(query, total);
    }

    /// <summary>
    /// The same in two steps: which rows are on the page, which an index can tell alone, and then what is answered, for them only. On deep pages the rows before it cost little then.
    /// </summary>
    /// <param name="answer">What is answered for the rows of these ids, in any order.</param>
    public static async Task<Page<T>> PageAsync<T>(this IQueryable<long> ids, PageQuery query, Func<List<long>, IQueryable<T>> answer, Func<T, long> id, CancellationToken ct)
    {
        var page = await ids.PageAsync(query, ct);
        List<long> wanted = [.. page.Data];
        var rows = wanted.Count == 0 ? [] : await answer(wanted).ToListAsync(ct);
        return new Page<T>([.. rows.OrderBy(row => wanted.IndexOf(id(row)))], page.Pagination);
    }

    /// <summary>One page of a list that is all there already.</summary>
    public static Page<T> ToPage<T>(this IReadOnlyCollection<T> all, PageQuery query)
    {
        var (page, perPage) = query.OrDefaults();
        return all.Skip((page - 1) * perPage).Take(perPage).ToList().ToPage(query, all.Count);
    }

    public static Page<T> ToPage<T>(this IReadOnlyList<T> data, PageQuery query, int total) => new(data, Of(query, total));

    public static Pagination Of(PageQuery query, int total)
    {
        var (page, perPage) = query.OrDefaults();
        return new Pagination(page, perPage, total, (total + perPage - 1) / perPage);
    }
}
