using System.Text.Json.Nodes;
using Storytime.Browser.Tests.Testing;
using Storytime.LocalCloud.Demo;
using Storytime.LocalCloud.Orchestration;

namespace Storytime.Browser.Tests;

/// <summary>An editor replaces a film that a child is watching.</summary>
public sealed class NewVersionTests(RunningStorytime storytime)
{
    [Fact]
    public async Task A_running_film_reaches_its_end_while_a_new_version_is_switched_in_and_the_next_playback_shows_that_one()
    {
        var ct = TestContext.Current.CancellationToken;
        using var http = new HttpClient { BaseAddress = storytime.App };
        var editor = await DemoApi.SignInAdminAsync(http, DemoPeople.Editor, ct);
        var title = $"The Film That Grew {Guid.NewGuid():N}"[..28];
        var book = (await editor.PostAsync("/books", new { title, author = "Wren Halloway", description = "", age_min = 2, age_max = 6, language = "en", status = "active" }, ct)).GetProperty("id").GetInt64();
        await ReplaceFilmAsync(editor, book, 24, ct);
        var parent = await DemoApi.SignInParentAsync(http, DemoPeople.Parents[0], ct);
        var leo = (await parent.ListAsync("/children", ct)).Single(c => c.GetProperty("name").GetString() == "Leo").GetProperty("id").GetInt64();
        await parent.PostAsync($"/children/{leo}/library_items", new { book_id = book }, ct);

        await using var tablet = await Tablet.OpenAsync(storytime);
        List<string> asked = [];
        await tablet.Page.RouteAsync("**/playback_sessions", async route =>
        {
            var answer = await route.FetchAsync();
            var session = JsonNode.Parse(await answer.TextAsync())!;
            asked.Add((string)session["playback_manifest_url"]!);
            // Renewed after six seconds.
            session["expires_at"] = DateTimeOffset.UtcNow.AddSeconds(9);
            await route.FulfillAsync(new() { Response = answer, Body = session.ToJsonString() });
        });
        await tablet.GiveToAsync(storytime.Parent, "Leo");
        await tablet.PlayAsync(title);
        var source = await tablet.VideoAsync<string>("currentSrc");
        new Uri(source).AbsolutePath.ShouldBe($"/books/{book}/hls/index.m3u8");
        // A book without captions has no button for them.
        (await tablet.Find("words-toggle").IsVisibleAsync()).ShouldBeFalse();

        // The child pauses: however long the encode takes, the film is still in its middle.
        await tablet.Find("play-pause").ClickAsync();
        await ReplaceFilmAsync(editor, book, 6, ct);
        await tablet.Page.EvaluateAsync("() => { document.querySelector('video').currentTime = 12; }");
        var before = asked.Count;
        await tablet.Find("play-pause").ClickAsync();
        await tablet.Page.WaitForFunctionAsync("() => document.querySelector('video')?.ended", null, new() { Timeout = 60_000 });

        asked.Count.ShouldBeGreaterThan(before);
        new Uri(asked[^1]).AbsolutePath.ShouldBe($"/books/{book}/hls/v2/index.m3u8");
        (await tablet.VideoAsync<string>("currentSrc")).ShouldBe(source);
        (await tablet.VideoAsync<string?>("error?.message")).ShouldBeNull();
        (await tablet.VideoAsync<double>("duration")).ShouldBeGreaterThan(20);

        await tablet.Find("back").ClickAsync();
        await tablet.PlayAsync(title);
        new Uri(await tablet.VideoAsync<string>("currentSrc")).AbsolutePath.ShouldBe($"/books/{book}/hls/v2/index.m3u8");
        (await tablet.VideoAsync<double>("duration")).ShouldBeLessThan(10);
    }

    /// <summary>Uploads a small picture that moves, and waits until it is what children see.</summary>
    private static async Task ReplaceFilmAsync(DemoApi editor, long book, int seconds, CancellationToken ct)
    {
        var folder = Directory.CreateTempSubdirectory("storytime-film-");
        var film = Path.Combine(folder.FullName, "film.mp4");
        var (exitCode, output) = await ChildProcess.RunAsync(
            new ChildStart("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", $"testsrc2=size=320x180:rate=12:duration={seconds}", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", film]), ct);
        exitCode.ShouldBe(0, output);
        var asset = await new DemoLibrary(editor, new Dictionary<string, Task<string>>()).UploadAsync(book, "film", film, null, ct);
        folder.Delete(recursive: true);

        var state = await editor.GetAsync($"/video_assets/{asset}", ct);
        for (var tries = 0; !state.GetProperty("playing").GetBoolean(); tries++)
        {
            (state.GetProperty("status").GetString() != "failed" && tries < 600).ShouldBeTrue(state.ToString());
            await Task.Delay(200, ct);
            state = await editor.GetAsync($"/video_assets/{asset}", ct);
        }
    }
}
