using System.Globalization;
using System.Text.Json;
using Storytime.LocalCloud.Orchestration;

namespace Storytime.LocalCloud.Demo;

/// <summary>Parents, children, their shelves and what they watched, made as the app makes them.</summary>
internal sealed class DemoFamilies(HttpClient http, IReadOnlyDictionary<string, DemoBook> books, DemoSize size)
{
    /// <summary>The API takes at most so many events in one request.</summary>
    private const int BatchSize = 500;

    /// <summary>Days ago. The API takes events of the last 30 days.</summary>
    private const int FirstDay = 29;

    private readonly List<(DemoApi Parent, long ChildId, IReadOnlyList<DemoBook> Watched)> _children = [];

    public async Task EnsureAsync(CancellationToken ct)
    {
        foreach (var parent in DemoPeople.Parents)
        {
            var api = await DemoApi.SignInParentAsync(http, parent, ct);
            var known = (await api.ListAsync("/children", ct)).ToDictionary(child => child.GetProperty("name").GetString()!, Id);
            foreach (var child in parent.Children)
            {
                var isNew = !known.TryGetValue(child.Name, out var id);
                if (isNew)
                {
                    var birthYear = TimeProvider.System.GetUtcNow().Year - child.Age;
                    id = Id(await api.PostAsync("/children", new { child.Name, birth_year = birthYear }, ct));
                    if (child.ScreenTime is { } screenTime)
                        await api.PutAsync($"/children/{id}/screen_time", screenTime, ct);
                }

                // Only an empty shelf is filled: what a person took off one stays off it.
                if ((await api.ListAsync($"/children/{id}/library", ct)).Count == 0)
                {
                    foreach (var slug in child.Shelf)
                        await api.PostAsync($"/children/{id}/library_items", new { book_id = books[slug].Id }, ct);
                }

                if (isNew)
                    await TryToPlayAsync(api, id, child, ct);
                _children.Add((api, id, [.. child.Shelf.Select(slug => books[slug]).Where(book => WasPlayable(book, parent))]));
            }
        }
    }

    /// <summary>
    /// Asks for each book on the shelf and for one that is not there, so that support has yeses and noes to explain; a child with screen time also when its day is used
    /// up and in quiet hours, which are over again afterwards.
    /// </summary>
    private async Task TryToPlayAsync(DemoApi api, long id, DemoChild child, CancellationToken ct)
    {
        foreach (var slug in child.Shelf.Append(books.Keys.First(slug => !child.Shelf.Contains(slug))))
            await PlayAsync(slug);
        if (child.ScreenTime is not { } screenTime)
            return;
        await api.PutAsync($"/children/{id}/screen_time", new { daily_minutes = 0, time_zone = "UTC" }, ct);
        await PlayAsync(child.Shelf[0]);
        var now = TimeProvider.System.GetUtcNow();
        await api.PutAsync($"/children/{id}/screen_time", new { quiet_hours = new[] { new { start = Hour(now.AddHours(-1)), end = Hour(now.AddHours(2)) } }, time_zone = "UTC" }, ct);
        await PlayAsync(child.Shelf[0]);
        await api.PutAsync($"/children/{id}/screen_time", screenTime, ct);

        Task PlayAsync(string slug) => api.TryPostAsync($"/children/{id}/playback_sessions", new { book_id = books[slug].Id }, ct);
        static string Hour(DateTimeOffset time) => time.ToString("HH:00", CultureInfo.InvariantCulture);
    }

    /// <summary>The month before the one that the API takes events of, the same each time.</summary>
    public IReadOnlyCollection<ReadingEvent> Past()
    {
        var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
        return size == DemoSize.Small
            ? []
            : [.. from child in _children from ago in Enumerable.Range(FirstDay + 1, 30) from e in Day(child.ChildId, child.Watched, today, ago) select e];
    }

    private static IReadOnlyList<ReadingEvent> Day(long childId, IEnumerable<DemoBook> watched, DateOnly today, int ago) =>
        ReadingDay.Events(childId, [.. watched.Where(book => HadRights(book, ago))], today.AddDays(-ago));

    /// <summary>A month of reading, the same each time. The events carry fixed ids, so what is there already stays as it is.</summary>
    public async Task EnsureHistoryAsync(Progress.Step step, CancellationToken ct)
    {
        var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
        var days = Enumerable.Range(1, size == DemoSize.Small ? 4 : FirstDay).Reverse().ToList();
        var fresh = 0;
        foreach (var (parent, childId, watched) in _children.Where(child => child.Watched.Count > 0))
        {
            foreach (var events in days.SelectMany(ago => Day(childId, watched, today, ago)).Chunk(BatchSize))
            {
                // Some may be refused by now, such as those of a book that somebody took off the shelf.
                var answer = await parent.PostAsync("/usage_events", new { events }, ct);
                fresh += answer.GetProperty("accepted").GetInt32();
            }
        }

        step.Report(fresh == 0 ? "there already" : $"{fresh} events");
    }

    private static bool WasPlayable(DemoBook book, DemoParent parent) =>
        book.Seconds > 0 && (book.Story.Rights is null || book.Story.Rights.Territory == "GLOBAL" || book.Story.Rights.Territory == parent.Country);

    private static bool HadRights(DemoBook book, int daysAgo) => book.Story.Rights is not { } rights || (-daysAgo >= rights.FromDays && -daysAgo < rights.ToDays);

    private static long Id(JsonElement resource) => resource.GetProperty("id").GetInt64();
}
