using System.Buffers.Binary;
using System.Text;
using Storytime.LocalCloud.Orchestration;

namespace Storytime.LocalCloud.Demo;

/// <summary>
/// What is not as it should be, so that the desk of an editor has something on it: a book that nobody gave rights to, one whose rights have gaps, and one whose film
/// came in broken. Made by an editor's means, and only where there is no such book yet.
/// </summary>
internal sealed class DemoDesk(DemoApi editor, DemoLibrary library)
{
    public const string Publisher = "Foxglove & Finch";

    private const string Author = "Odile Brennan";

    /// <summary>In days from today: the States have a gap now, Great Britain has one window after the other, and a month everywhere lies over all of them.</summary>
    private static readonly StoryRights[] Postcards =
    [
        new("US", -200, -20), new("US", 15, 380), new("GB", -120, 60), new("GB", 60, 425), new("CA", -30, 335), new("GLOBAL", 200, 230),
    ];

    public async Task EnsureAsync(Progress.Step step, CancellationToken ct)
    {
        var publisher = await library.PublisherAsync(Publisher, ct);
        await BookAsync("The Lighthouse That Hummed", "Every evening it hums the ships home. Its rights are still being talked about.", publisher, "active", ct);
        if (await BookAsync("Postcards from a Whale", "A whale writes home from every sea that it comes through.", publisher, "active", ct) is { } postcards)
        {
            foreach (var rights in Postcards)
                await library.GiveRightsAsync(postcards, publisher, rights, ct);
        }

        if (await BookAsync("The Clockwork Robin", "It sings at six, whoever is awake.", null, "draft", ct) is { } robin)
            await UploadBrokenAsync(robin, ct);
        step.Report("3 books with something to do");
    }

    /// <returns>Its id when it is new.</returns>
    private async Task<long?> BookAsync(string title, string description, long? publisher, string status, CancellationToken ct)
    {
        if ((await editor.ListAsync($"/books?q={Uri.EscapeDataString(title)}", ct)).Any(book => book.GetProperty("title").GetString() == title))
            return null;
        var book = await editor.PostAsync("/books", new { title, author = Author, description, age_min = 3, age_max = 7, language = "en", publisher_id = publisher, status }, ct);
        return book.GetProperty("id").GetInt64();
    }

    /// <summary>Begins as a film does, so that it is taken, and breaks off: MediaConvert finds that out.</summary>
    private async Task UploadBrokenAsync(long book, CancellationToken ct)
    {
        var folder = Directory.CreateTempSubdirectory("storytime-demo-");
        try
        {
            var file = Path.Combine(folder.FullName, "broken.mp4");
            await File.WriteAllBytesAsync(file, BrokenFilm(), ct);
            await library.UploadAsync(book, "the-clockwork-robin", file, null, ct);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>A box that says which brand of film this is, and one of pictures and sound that is cut off (ISO/IEC 14496-12): what tells where they are would have come at the end.</summary>
    private static byte[] BrokenFilm()
    {
        var film = new byte[64 * 1024];
        BinaryPrimitives.WriteUInt32BigEndian(film, 24);
        Encoding.ASCII.GetBytes("ftypisom\0\0\0\0isomavc1").CopyTo(film, 4);
        BinaryPrimitives.WriteUInt32BigEndian(film.AsSpan(24), 8 * 1024 * 1024);
        Encoding.ASCII.GetBytes("mdat").CopyTo(film, 28);
        return film;
    }
}
