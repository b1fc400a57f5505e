using System.Security.Cryptography;
using System.Text.Json;
using Storytime.LocalCloud.Orchestration;

namespace Storytime.LocalCloud.Demo;

/// <summary>A demo book as Storytime knows it. <paramref name="Seconds"/> is its film's length, 0 without a film.</summary>
internal sealed record DemoBook(long Id, Story Story, double Seconds);

/// <summary>
/// Publishers, books, rights and films of the demo, made by an editor's means: the admin API and presigned uploads. What is there already is left alone,
/// so a run that was interrupted is taken up where it stopped.
/// </summary>
internal sealed class DemoLibrary(DemoApi editor, IReadOnlyDictionary<string, Task<string>> films)
{
    private readonly Dictionary<string, DemoBook> _books = [];
    private Dictionary<string, long>? _publishers;

    /// <summary>By slug.</summary>
    public IReadOnlyDictionary<string, DemoBook> Books => _books;

    /// <summary>The small demo has films for three books only, and only their beginnings.</summary>
    public static IReadOnlyList<Story> Stories(DemoSize size) => size switch
    {
        DemoSize.None => [],
        DemoSize.Small => [.. Story.All().Select(Shorten)],
        _ => Story.All(),
    };

    public async Task EnsureBooksAsync(IReadOnlyList<Story> stories, Progress.Step step, CancellationToken ct)
    {
        var books = (await editor.ListAsync("/books", ct)).DistinctBy(Text("title")).ToDictionary(Text("title"), Id);
        foreach (var story in stories)
        {
            long? publisher = story.Publisher is null ? null : await PublisherAsync(story.Publisher, ct);
            if (!books.TryGetValue(story.Title, out var id))
            {
                var book = await editor.PostAsync("/books", new
                {
                    story.Title,
                    story.Author,
                    story.Description,
                    story.AgeMin,
                    story.AgeMax,
                    story.Language,
                    publisher_id = publisher,
                    status = "active",
                }, ct);
                id = Id(book);
            }

            await EnsureRightsAsync(id, publisher, story.Rights, ct);
            _books[story.Slug] = new DemoBook(id, story, story.Film?.Seconds ?? 0);
        }

        step.Report($"{stories.Count}");
    }

    /// <summary>Uploads each film as soon as it is drawn, and waits until all can be played.</summary>
    public async Task EnsureFilmsAsync(Progress.Step step, CancellationToken ct)
    {
        // In the order in which they are drawn.
        List<long> assets = [];
        foreach (var (slug, film) in films.Where(film => _books.ContainsKey(film.Key)))
        {
            var book = _books[slug];
            var existing = (await editor.ListAsync($"/books/{book.Id}/video_assets", ct)).Where(asset => Text("status")(asset) != "failed").Select(Id).FirstOrDefault();
            if (existing == 0)
            {
                step.Report($"drawing and uploading {assets.Count + 1} of {films.Count}");
                existing = await UploadAsync(book.Id, slug, await film, FilmCaptions.Of(book.Story.Film!), ct);
            }

            assets.Add(existing);
        }

        await AllReadyAsync(assets, step, ct);
    }

    /// <summary>Makes a video of a film.</summary>
    /// <param name="captions">WebVTT; null for none.</param>
    /// <returns>The video asset.</returns>
    public async Task<long> UploadAsync(long book, string name, string file, byte[]? captions, CancellationToken ct)
    {
        var filename = $"{name}.mp4";
        var size = new FileInfo(file).Length;
        await using var stream = File.OpenRead(file);
        var checksum = Convert.ToBase64String(await SHA256.HashDataAsync(stream, ct));
        var upload = await editor.PostAsync("/uploads/master_video", new { filename, content_type = "video/mp4", size, checksum_sha256 = checksum }, ct);
        stream.Position = 0;
        await PutAsync(upload, stream, ct);
        var words = captions is null ? null : await UploadCaptionsAsync($"{name}.vtt", captions, ct);
        var asset = await editor.PostAsync($"/books/{book}/video_assets",
            new { master_s3_key = Text("master_s3_key")(upload), filename, size, checksum_sha256 = checksum, captions_s3_key = words }, ct);
        return Id(asset);
    }

    private async Task<string> UploadCaptionsAsync(string filename, byte[] captions, CancellationToken ct)
    {
        var upload = await editor.PostAsync("/uploads/captions", new { filename, content_type = "text/vtt", size = captions.Length }, ct);
        await PutAsync(upload, new MemoryStream(captions), ct);
        return Text("captions_s3_key")(upload);
    }

    private static async Task PutAsync(JsonElement upload, Stream file, CancellationToken ct)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Put, Text("url")(upload)) { Content = new StreamContent(file) };
        foreach (var header in upload.GetProperty("headers").EnumerateObject())
        {
            if (!request.Headers.TryAddWithoutValidation(header.Name, header.Value.GetString()))
            {
                request.Content.Headers.Remove(header.Name);
                request.Content.Headers.TryAddWithoutValidation(header.Name, header.Value.GetString());
            }
        }

        using var answer = await http.SendAsync(request, ct);
        if (!answer.IsSuccessStatusCode)
            throw new SetupException($"A demo film could not be uploaded: S3 answered {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(ct)}");
    }

    private async Task AllReadyAsync(List<long> assets, Progress.Step step, CancellationToken ct)
    {
        while (true)
        {
            List<JsonElement> states = [];
            foreach (var asset in assets)
                states.Add(await editor.GetAsync($"/video_assets/{asset}", ct));
            if (states.Find(state => Text("status")(state) == "failed") is { ValueKind: JsonValueKind.Object } failed)
                throw new SetupException($"A demo film could not be transcoded: {failed.GetProperty("error_message")} (start ./run again to retry).");

            var ready = states.Count(state => Text("status")(state) == "ready");
            step.Report(ready == assets.Count ? $"{ready}" : $"transcoding, {ready} of {assets.Count} ready, {states.Average(Percent):0} %");
            if (ready == assets.Count)
                return;
            await Task.Delay(500, ct);
        }
    }

    public async Task<long> PublisherAsync(string name, CancellationToken ct)
    {
        _publishers ??= (await editor.ListAsync("/publishers", ct)).DistinctBy(Text("name")).ToDictionary(Text("name"), Id);
        if (!_publishers.TryGetValue(name, out var id))
        {
            var domain = string.Concat(name.ToLowerInvariant().Where(char.IsAsciiLetter));
            var publisher = await editor.PostAsync("/publishers", new { name, billing_email = $"royalties@{domain}.test", contact_name = "The rights desk" }, ct);
            id = _publishers[name] = Id(publisher);
        }

        return id;
    }

    private async Task EnsureRightsAsync(long book, long? publisher, StoryRights? rights, CancellationToken ct)
    {
        if (rights is null || (await editor.ListAsync($"/rights_windows?book_id={book}", ct)).Count > 0)
            return;
        await GiveRightsAsync(book, publisher!.Value, rights, ct);
    }

    public async Task GiveRightsAsync(long book, long publisher, StoryRights rights, CancellationToken ct)
    {
        var today = new DateTimeOffset(TimeProvider.System.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);
        await editor.PostAsync("/rights_windows", new
        {
            publisher_id = publisher,
            book_id = book,
            start_at = today.AddDays(rights.FromDays),
            end_at = today.AddDays(rights.ToDays),
            rights.Territory,
        }, ct);
    }

    private static Story Shorten(Story story) => story.Slug is "five-sleepy-sheep" or "luna-luciernaga" or "tall-tall-tree"
        ? story with { Film = story.Film! with { Pages = [.. story.Film.Pages.Take(3)] } }
        : story with { Film = null };

    private static long Id(JsonElement resource) => resource.GetProperty("id").GetInt64();

    private static double Percent(JsonElement asset) => Text("status")(asset) switch
    {
        "ready" => 100,
        _ when asset.TryGetProperty("progress_percent", out var percent) && percent.ValueKind == JsonValueKind.Number => percent.GetDouble(),
        _ => 0,
    };

    private static Func<JsonElement, string> Text(string member) => resource => resource.GetProperty(member).GetString() ?? "";
}
