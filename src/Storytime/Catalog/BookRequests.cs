using System.ComponentModel.DataAnnotations;
using Storytime.Platform;

namespace Storytime.Catalog;

/// <param name="Language">BCP 47, such as <c>en</c> or <c>pt-BR</c>.</param>
/// <param name="PublisherId">Null, or not given, for a book that Storytime owns itself.</param>
/// <param name="Status"><c>draft</c> when it is not given; only <c>active</c> books are in the catalog.</param>
public sealed record CreateBookRequest(
    [Required(ErrorMessage = "A title is needed."), Text(300)] string? Title,
    [Required(ErrorMessage = "An author is needed."), Text(300)] string? Author,
    [Required(ErrorMessage = "An age to start at is needed."), Age] int? AgeMin,
    [Required(ErrorMessage = "An age to end at is needed."), Age] int? AgeMax,
    [Required(ErrorMessage = "A language is needed."), LanguageTag] string? Language,
    [Text(10_000, MayBeBlank = true)] string? Description = null,
    long? PublisherId = null,
    BookStatus? Status = null);

/// <summary>Only the members that are given change; <c>publisher_id: null</c> makes it a book that Storytime owns itself.</summary>
public sealed record UpdateBookRequest
{
    [Text(300)]
    public string? Title { get; init; }

    [Text(300)]
    public string? Author { get; init; }

    [Text(10_000, MayBeBlank = true)]
    public string? Description { get; init; }

    [Age]
    public int? AgeMin { get; init; }

    [Age]
    public int? AgeMax { get; init; }

    [LanguageTag]
    public string? Language { get; init; }

    public long? PublisherId { get; init { field = value; PublisherIdIsGiven = true; } }

    public BookStatus? Status { get; init; }

    internal bool PublisherIdIsGiven { get; private init; }
}

[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
internal sealed class AgeAttribute : RangeAttribute
{
    public AgeAttribute() : base(0, 18) => ErrorMessage = "An age is a number of years from 0 to 18.";
}

[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
internal sealed class LanguageTagAttribute() : PatternAttribute(
    "^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", 35, "language must be a language tag (BCP 47), such as en or pt-BR.");
