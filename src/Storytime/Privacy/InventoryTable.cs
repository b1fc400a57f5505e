namespace Storytime.Privacy;

/// <summary>How a table's rows are erased with the family that they are about.</summary>
internal enum ErasedHow
{
    /// <summary>They are about no family.</summary>
    NotAFamilys,

    /// <summary>In the transaction of the request: by foreign keys that cascade, or by name.</summary>
    AtOnce,

    /// <summary>By <see cref="EraseData"/>, soon after.</summary>
    ByJob,

    /// <summary>They stay; the table's category says why and what of them.</summary>
    Kept,
}

/// <param name="Category">Null when it is not personal.</param>
/// <param name="NotExported">Why it is not in an export; null when it is.</param>
/// <param name="Sql">What to export instead of the column as it stands.</param>
internal sealed record InventoryColumn(DataCategory? Category, string? NotExported, string? Sql);

/// <summary>
/// A table and what each of its columns holds. The two conditions find a family's rows; in them <c>$1</c> is the ids of the children (<c>bigint[]</c>) and
/// <c>$2</c> the id of the account.
/// </summary>
/// <param name="OfChildren">Rows about children: what an export of a child has, and what goes with it.</param>
/// <param name="OfAccount">Rows about an account with all its children.</param>
internal sealed record InventoryTable(string Name, ErasedHow Erased, string? OfChildren = null, string? OfAccount = null)
{
    private const string ByChild = "child_profile_id = any($1)";
    private const string ByUser = "user_id = $2";

    public Dictionary<string, InventoryColumn> Columns { get; } = [];

    /// <summary>Its rows hang on a child by <c>child_profile_id</c>.</summary>
    public static InventoryTable OfAChild(string name, ErasedHow erased = ErasedHow.AtOnce) => new(name, erased, ByChild, ByChild);

    /// <summary>Its rows hang on an account by <c>user_id</c>.</summary>
    public static InventoryTable OfAParent(string name) => new(name, ErasedHow.AtOnce, OfAccount: ByUser);

    public InventoryTable Plain(string columns) => Add(columns, new(null, "It is not personal.", null));

    public InventoryTable Personal(DataCategory category, string columns) =>
        Add(columns, new(category, OfAccount is null ? "It is not a family's." : null, null));

    /// <summary>Personal, exported as <paramref name="sql"/> under its own name.</summary>
    public InventoryTable Personal(DataCategory category, string column, string sql) => Add(column, new(category, null, sql));

    public InventoryTable Withheld(DataCategory category, string columns, string why) => Add(columns, new(category, why, null));

    private InventoryTable Add(string columns, InventoryColumn column)
    {
        foreach (var name in columns.Split(' '))
            Columns.Add(name, column);
        return this;
    }
}
