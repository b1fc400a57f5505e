using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace Storytime.Privacy;

public sealed record RetentionResponse(IReadOnlyList<RetentionCategory> Data);

/// <param name="Category">For programs.</param>
/// <param name="What">What is stored.</param>
/// <param name="Purpose">What for.</param>
/// <param name="Whose">Whom it is about.</param>
/// <param name="KeptFor">How long: an ISO 8601 duration, or a text.</param>
/// <param name="ErasedBy">What erases it earlier.</param>
public sealed record RetentionCategory(string Category, string What, string Purpose, DataSubject Whose, string KeptFor, string ErasedBy);

internal static class ReadRetention
{
    /// <summary>What personal data is stored, what for, and for how long. Anybody may read it.</summary>
    [EndpointName("get_retention")]
    public static Ok<RetentionResponse> Handle(IOptions<RetentionOptions> options) => TypedResults.Ok(new RetentionResponse(
        [.. DataInventory.Categories.Select(c => ToResponse(c, options.Value))]));

    public static RetentionCategory ToResponse(DataCategory c, RetentionOptions options) => new(c.Name, c.What, c.Purpose, c.Whose, c.KeptFor(options), c.ErasedBy);
}
