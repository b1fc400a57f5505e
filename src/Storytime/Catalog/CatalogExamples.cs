using Storytime.Platform.OpenApi;

namespace Storytime.Catalog;

internal static class CatalogExamples
{
    public const string Title = "The Moon Boat";
    public const string Author = "Ada Reed";
    public const string Description = "A boat sails over the roofs.";
    public const string Cover = "https://cdn.example.com/covers/123/0190b0e0.jpg";
    private const string CoverKey = "covers/0190b0e0-1111-7222-8333-944455566677/moon-boat.jpg";

    public static IEnumerable<ApiExample> All =>
    [
        new(new CatalogBookResponse(123, Title, Author, Description, 3, 7, "en", Cover, new CatalogPublisher(5, "Lantern Press"), 184, true)),
        new(new CreateBookRequest(Title, Author, 3, 7, "en", Description, 5, BookStatus.Draft)),
        new(new UpdateBookRequest { Status = BookStatus.Active }),
        new(new BookResponse(123, Title, Author, Description, 3, 7, "en", Cover, 5, "Lantern Press", BookStatus.Active, true, 77, 184, ApiExample.Earlier, ApiExample.Now)),
        new(new ChangeBookStatusesRequest([123, 124, 900], BookStatus.Active)),
        new(new ChangedBookStatusesResponse(BookStatus.Active, [123], [124], [900])),
        new(new MatchBooksRequest(["moon-boat_final.mp4"])),
        new(new BookMatchesResponse([new("moon-boat_final.mp4", "moon boat", null, null, [new(123, Title, Author, "en", BookStatus.Draft, false, 0.82)])])),
        new(new StartCoverRequest("moon-boat.jpg", "image/jpeg", 184_320)),
        new(new CoverUploadResponse(
            90, CoverKey, "PUT", $"https://storytime-master-uploads.s3.us-east-1.amazonaws.com/{CoverKey}?X-Amz-Signature=5f1c",
            new Dictionary<string, string> { ["Content-Type"] = "image/jpeg" }, ApiExample.Now.AddHours(1))),
        new(new SetCoverRequest(CoverKey)),
    ];
}
