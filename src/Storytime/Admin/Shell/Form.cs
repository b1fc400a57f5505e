using MudBlazor;
using Storytime.Platform;

namespace Storytime.Admin.Shell;

/// <summary>Between what the components of pages take and give and what the API does.</summary>
internal static class Form
{
    /// <returns>Null for a field that was left empty.</returns>
    public static string? Text(string? value) => string.IsNullOrWhiteSpace(value) ? null : value;

    public static PageQuery ToPageQuery(this TableState state) => new() { Page = state.Page + 1, PerPage = state.PageSize };

    /// <param name="page">Null when it was refused.</param>
    public static TableData<T> ToTableData<T>(this Page<T>? page) => new() { Items = page?.Data ?? [], TotalItems = page?.Pagination.Total ?? 0 };
}
