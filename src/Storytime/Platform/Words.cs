namespace Storytime.Platform;

/// <summary>The words by which an enum's values are known outside: in JSON, in the database and in query strings.</summary>
internal static class Words<T> where T : struct, Enum
{
    public static Dictionary<string, T> All { get; } = Enum.GetValues<T>().ToDictionary(Json.Name);

    /// <param name="word">Validated by <see cref="WordAttribute{T}"/>.</param>
    public static T? Parse(string? word) => word is null ? null : All[word];
}
