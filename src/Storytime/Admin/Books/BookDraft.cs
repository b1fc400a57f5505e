using Storytime.Admin.Shell;
using Storytime.Catalog;
using Storytime.Platform.Errors;

namespace Storytime.Admin.Books;

/// <summary>What stands in the form of a book.</summary>
public sealed class BookDraft
{
    public static readonly string[] Fields = ["title", "author", "description", "age_min", "age_max", "language", "publisher_id", "status"];

    public string? Title { get; set; }

    public string? Author { get; set; }

    public string? Description { get; set; }

    public int? AgeMin { get; set; } = 3;

    public int? AgeMax { get; set; } = 7;

    public string? Language { get; set; } = "en";

    public long? PublisherId { get; set; }

    public BookStatus Status { get; set; }

    public static BookDraft Of(BookResponse book) => new()
    {
        Title = book.Title,
        Author = book.Author,
        Description = book.Description,
        AgeMin = book.AgeMin,
        AgeMax = book.AgeMax,
        Language = book.Language,
        PublisherId = book.PublisherId,
        Status = book.Status,
    };

    /// <summary>Whether a form that was filled from the one would not be the same as from the other.</summary>
    public static bool IsOther(BookResponse one, BookResponse other) =>
        (one.Id, one.Title, one.Author, one.Description, one.AgeMin, one.AgeMax, one.Language, one.PublisherId)
        != (other.Id, other.Title, other.Author, other.Description, other.AgeMin, other.AgeMax, other.Language, other.PublisherId);

    public CreateBookRequest ToCreate() => new(Form.Text(Title), Form.Text(Author), AgeMin, AgeMax, Form.Text(Language), Form.Text(Description), PublisherId, Status);

    /// <summary>Only what was changed here, so that what somebody else changed meanwhile stays.</summary>
    /// <param name="book">As the form was filled from it.</param>
    public (UpdateBookRequest? Request, ApiError? Missing) ToUpdate(BookResponse book)
    {
        // To the API an age that is not given is one that stays.
        if (AgeMin is null)
            return (null, ApiError.Invalid("age_min", "An age to start at is needed."));
        if (AgeMax is null)
            return (null, ApiError.Invalid("age_max", "An age to end at is needed."));
        var request = new UpdateBookRequest
        {
            Title = Changed(Title ?? "", book.Title),
            Author = Changed(Author ?? "", book.Author),
            Description = Changed(Description ?? "", book.Description),
            AgeMin = AgeMin == book.AgeMin ? null : AgeMin,
            AgeMax = AgeMax == book.AgeMax ? null : AgeMax,
            Language = Changed(Language ?? "", book.Language),
        };
        return (PublisherId == book.PublisherId ? request : request with { PublisherId = PublisherId }, null);
    }

    private static string? Changed(string now, string before) => now == before ? null : now;
}
