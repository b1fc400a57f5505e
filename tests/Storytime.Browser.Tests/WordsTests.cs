using System.Text.Json;
using Storytime.Browser.Tests.Testing;

namespace Storytime.Browser.Tests;

/// <summary>The words of a story under its picture.</summary>
public sealed class WordsTests(RunningStorytime storytime)
{
    private const string Sheep = "Five Sleepy Sheep";

    [Theory]
    [InlineData(1280, 800)]
    [InlineData(390, 844)]
    public async Task A_child_brings_the_words_of_the_story_while_it_plays_and_the_device_remembers(int width, int height)
    {
        await using var tablet = await Tablet.OpenAsync(storytime, width, height);
        await tablet.GiveToAsync(storytime.Parent, "Nora");
        await tablet.PlayAsync(Sheep);
        await ShowAtAsync(tablet, 5);
        (await tablet.Find("words").TextContentAsync()).ShouldBe("");

        await tablet.Find("words-toggle").ClickAsync();
        await tablet.Find("words", "One sleepy sheep came over the hill.").WaitForAsync();
        await ShowAtAsync(tablet, 9.5);
        await tablet.Find("words", "Two sleepy sheep, with a yawn and a sigh,").WaitForAsync();
        // The page of the film that is before our eyes, and once, though its cue may stand in two segments.
        (await tablet.Find("words").Locator("span").CountAsync()).ShouldBe(1);
        await tablet.Page.ScreenshotAsync(new() { Path = Path.Combine(ScreenshotTests.Folder, $"words-{width}.png"), Animations = Microsoft.Playwright.ScreenshotAnimations.Disabled });
        var (words, button) = ((await tablet.Find("words").BoundingBoxAsync())!, (await tablet.Find("play-pause").BoundingBoxAsync())!);
        (words.Y + words.Height).ShouldBeLessThanOrEqualTo(button.Y);
        words.X.ShouldBeGreaterThanOrEqualTo(0);
        (words.X + words.Width).ShouldBeLessThanOrEqualTo(width);

        await tablet.Find("back").ClickAsync();
        await tablet.PlayAsync(Sheep);
        await ShowAtAsync(tablet, 5);
        await tablet.Find("words", "She lay by the clover").WaitForAsync();
        await tablet.Find("words-toggle").ClickAsync();
        (await tablet.Find("words").TextContentAsync()).ShouldBe("");
        (await tablet.Find("words-toggle").GetAttributeAsync("aria-pressed")).ShouldBe("false");
    }

    [Fact]
    public async Task A_segment_of_captions_is_read_as_the_players_of_HLS_read_it()
    {
        await using var tablet = await Tablet.OpenAsync(storytime);
        var cues = await tablet.Page.EvaluateAsync<JsonElement>(
            """
            async () => (await import('/captions.js')).cuesOf([
              'WEBVTT', 'X-TIMESTAMP-MAP=MPEGTS:126000,LOCAL:00:00:10.000', '', 'NOTE a comment', '', 'cue 1', '00:11.500 --> 01:00:12.000 align:start line:80%', 'One', 'two', '',
              '00:00:13.000 --> 00:00:14.250', '<i>Three</i> &amp; four', ''].join('\r\n'))
            """);
        cues.EnumerateArray().Select(c => (c.GetProperty("start").GetDouble(), c.GetProperty("end").GetDouble(), c.GetProperty("text").GetString()))
            .ShouldBe([(1.5, 3602, "One\ntwo"), (3, 4.25, "<i>Three</i> &amp; four")]);
    }

    /// <summary>Stops the film there: what it shows is then no matter of time.</summary>
    private static async Task ShowAtAsync(Tablet tablet, double seconds)
    {
        await tablet.Find("words-toggle").WaitForAsync();
        await tablet.Page.EvaluateAsync(
            "seconds => new Promise(done => { const video = document.querySelector('video'); video.pause(); video.addEventListener('seeked', done, { once: true }); video.currentTime = seconds; })", seconds);
    }
}
