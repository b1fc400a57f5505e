using Storytime.Catalog;
using Storytime.Platform.OpenApi;
using Storytime.Rights;

namespace Storytime.Library;

internal static class LibraryExamples
{
    public static IEnumerable<ApiExample> All =>
    [
        new(new AddLibraryItemRequest(123)),
        new(new LibraryItemResponse(7, 123, ApiExample.Now)),
        new(new ShelfBookResponse(
            123, CatalogExamples.Title, CatalogExamples.Author, CatalogExamples.Description, 3, 7, "en", CatalogExamples.Cover, new CatalogPublisher(5, "Lantern Press"),
            184, ApiExample.Now, true, null, ApiExample.Now.AddDays(12), 42.5)),
        new(new ShelfBookResponse(
            124, "Nine Foxes", "Tom Okoro", "They count each other to sleep.", 2, 5, "en", null, null, null, ApiExample.Earlier, false, PlaybackRefusal.VideoNotReady, null, 0)),
    ];
}
