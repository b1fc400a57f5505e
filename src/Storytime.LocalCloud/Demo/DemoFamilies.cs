using System.Text.Json;
using Storytime.LocalCloud.Orchestration;

namespace Storytime.LocalCloud.Demo;

/// <summary>Parents, children, their shelves and what they watched, made as the app makes them.</summary>
internal sealed class DemoFamilies(HttpClient http, IReadOnlyDictionary<string, DemoBook> books, DemoSize size)
{
    /// <summary>The API takes at most so many events in one request.</summary>
    private const int BatchSize = 500;

    private readonly List<(DemoApi Parent, long ChildId, IReadOnlyList<DemoBook> Watched)> _children = [];

    public async Task EnsureAsync(CancellationToken ct)
    {
        foreach (var parent in DemoPeople.Parents)
        {
            var api = await DemoApi.SignInParentAsync(http, parent, ct);
            var known = (await api.ListAsync("/children", ct)).ToDictionary(child => child.GetProperty("name").GetString()!, Id);
            foreach (var child in parent.Children)
            {
                if (!known.TryGetValue(child.Name, out var id))
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

                _children.Add((api, id, [.. child.Shelf.Select(slug => books[slug]).Where(book => WasPlayable(book, parent))]));
            }
        }
    }

    /// <summary>A month of reading, the same each time. The events carry fixed ids, so what is there already stays as it is.</summary>
    public async Task EnsureHistoryAsync(Progress.Step step, CancellationToken ct)
    {
        var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
        // The API takes events of the last 30 days.
        var days = Enumerable.Range(1, size == DemoSize.Small ? 4 : 29).Reverse().ToList();
        var fresh = 0;
        foreach (var (parent, childId, watched) in _children.Where(child => child.Watched.Count > 0))
        {
            foreach (var events in days.SelectMany(ago => ReadingDay.Events(childId, [.. watched.Where(book => HadRights(book, ago))], today.AddDays(-ago))).Chunk(BatchSize))
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
