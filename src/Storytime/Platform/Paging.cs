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

    /// <summary>The same, with what is answered looked up for the rows of the page alone, and not for those before it, which costs more on deep pages.</summary>
    public static async Task<Page<T>> PageAsync<TRow, T>(this IQueryable<TRow> rows, PageQuery query, Func<IQueryable<TRow>, IQueryable<T>> answer, CancellationToken ct)
    {
        var (page, perPage) = (query.Page ?? 1, query.PerPage ?? DefaultPerPage);
        var total = await rows.CountAsync(ct);
        var skip = (page - 1) * perPage;
        var data = skip >= total ? [] : await answer(rows.Skip(skip).Take(perPage)).ToListAsync(ct);
        return data.ToPage(query, total);
    }

    /// <summary>One page of a list that is all there already.</summary>
    public static Page<T> ToPage<T>(this IReadOnlyCollection<T> all, PageQuery query)
    {
        var (page, perPage) = query.OrDefaults();
        return all.Skip((page - 1) * perPage).Take(perPage).ToList().ToPage(query, all.Count);
    }

    public static Page<T> ToPage<T>(this IReadOnlyList<T> data, PageQuery query, int total)
    {
        var (page, perPage) = query.OrDefaults();
        return new Page<T>(data, new Pagination(page, perPage, total, (total + perPage - 1) / perPage));
    }
}
