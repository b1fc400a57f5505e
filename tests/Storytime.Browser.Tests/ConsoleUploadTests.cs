using System.Buffers.Binary;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Storytime.Browser.Tests.Testing;

namespace Storytime.Browser.Tests;

/// <summary>Films on an editor's machine become books that play, whatever happens on the way.</summary>
public sealed partial class ConsoleUploadTests(ConsoleBrowser console) : IClassFixture<ConsoleBrowser>, IDisposable
{
    private const int PartSize = 16 * 1024 * 1024;

    private readonly string _folder = Directory.CreateTempSubdirectory("storytime-uploads-").FullName;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Three_videos_are_uploaded_published_and_watched_by_the_keyboard_alone()
    {
        var name = $"Otter {Guid.NewGuid():N}"[..14];
        string[] titles = [$"{name} wakes", $"{name} swims", $"{name} sleeps"];
        using var editor = await StaffApi.SignInAsync(console.Storytime, console.Storytime.Staff["editor"]);
        foreach (var title in titles)
            await DraftAsync(editor, title);
        var files = new List<string>();
        foreach (var title in titles)
            files.Add(await FilmAsync(title.Replace(' ', '-').ToLowerInvariant() + ".mp4"));

        await using var user = await console.OpenAsync("editor");
        await user.GoAsync("/admin/uploads", ".up-drop");
        // The page takes the focus to its title once it is there; who presses a key just then presses it there.
        await user.Page.WaitForFunctionAsync("() => document.activeElement?.tagName === 'H1'");
        var chooser = user.Page.WaitForFileChooserAsync();
        await TabToAsync(user.Page, "Choose files");
        await user.Page.Keyboard.PressAsync("Enter");
        await (await chooser).SetFilesAsync(files);
        await Rows(user.Page, "waiting").Nth(2).WaitForAsync();
        await TabToAsync(user.Page, "Start all");
        await TabToAsync(user.Page, "Publish all when ready");
        await user.Page.Keyboard.PressAsync("Space");
        await TabToAsync(user.Page, "Start all", backwards: true);
        await user.Page.Keyboard.PressAsync("Enter");
        await Rows(user.Page, "published").Nth(2).WaitForAsync(new() { Timeout = 180_000 });

        foreach (var title in titles)
        {
            var book = (await editor.ListAsync($"books?q={Uri.EscapeDataString(title)}")).Single(b => b.Text("title") == title);
            book.Text("status").ShouldBe("active");
            book.GetProperty("playing_asset_id").GetInt64().ShouldBePositive();
        }
        await TabToAsync(user.Page, $"Open {titles[1]}");
        await user.Page.Keyboard.PressAsync("Enter");
        await user.Page.Locator("h1", new() { HasText = titles[1] }).WaitForAsync();
        await user.SettleAsync();
        await TabToAsync(user.Page, "Watch");
        await user.Page.Keyboard.PressAsync("Enter");
        await user.Page.WaitForFunctionAsync("() => document.querySelector('video')?.videoWidth > 0");
        await user.Page.EvaluateAsync("() => document.querySelector('video').play()");
        await user.Page.WaitForFunctionAsync("() => document.querySelector('video').currentTime > 0.2");
    }

    [Fact]
    public async Task A_reload_in_the_middle_asks_first_and_then_sends_only_the_parts_that_are_missing()
    {
        var title = $"Heron {Guid.NewGuid():N}"[..16];
        using var editor = await StaffApi.SignInAsync(console.Storytime, console.Storytime.Staff["editor"]);
        await DraftAsync(editor, title);
        var film = await FilmAsync($"{title}.mp4", paddedTo: (4 * PartSize) + 5000);
        await using var user = await console.OpenAsync("editor");
        // Another page of the same browser: the questions that it asks are expected here.
        var page = await user.Page.Context.NewPageAsync();
        var questions = new List<string>();
        page.Dialog += async (_, dialog) =>
        {
            lock (questions)
                questions.Add(dialog.Type);
            await dialog.AcceptAsync();
        };
        var there = new HashSet<int>();
        var two = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        // The third part and those behind it are on the way for ever.
        await page.RouteAsync(Part(), async route =>
        {
            var number = NumberOf(route.Request.Url);
            if (route.Request.Method == "PUT" && number > 2)
                return;
            await route.ContinueAsync();
        });
        page.Response += (_, response) =>
        {
            if (response.Request.Method != "PUT" || !response.Ok)
                return;
            lock (there)
            {
                there.Add(NumberOf(response.Url));
                if (there.Count == 2)
                    two.TrySetResult();
            }
        };
        await page.GotoAsync("/admin/uploads");
        await ChooseAsync(page, film);
        await Rows(page, "waiting").WaitForAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Start", Exact = true }).ClickAsync();
        await two.Task.WaitAsync(TimeSpan.FromMinutes(1), Ct);
        await page.ReloadAsync();
        questions.ShouldBe(["beforeunload"]);

        await page.UnrouteAllAsync();
        var sent = new List<int>();
        page.Request += (_, request) =>
        {
            if (request.Method == "PUT" && Part().IsMatch(request.Url))
            {
                lock (sent)
                    sent.Add(NumberOf(request.Url));
            }
        };
        var row = Rows(page, "lost");
        await row.GetByText("are there already", new() { Exact = false }).WaitForAsync();
        await ChooseAsync(page, film);
        await page.Locator(".up-row[data-stage=ready]").WaitForAsync(new() { Timeout = 180_000 });
        sent.Order().ShouldBe([3, 4, 5]);
        (await page.Locator(".up-row").CountAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task A_part_that_the_network_loses_is_sent_again()
    {
        var title = $"Vole {Guid.NewGuid():N}"[..16];
        using var editor = await StaffApi.SignInAsync(console.Storytime, console.Storytime.Staff["editor"]);
        await DraftAsync(editor, title);
        await using var user = await console.OpenAsync("editor");
        var attempts = 0;
        await user.Page.RouteAsync(Part(), async route =>
        {
            if (route.Request.Method == "PUT" && Interlocked.Increment(ref attempts) == 1)
                await route.AbortAsync("connectionreset");
            else
                await route.ContinueAsync();
        });
        await user.GoAsync("/admin/uploads", ".up-drop");
        await ChooseAsync(user.Page, await FilmAsync($"{title}.mp4"));
        await Rows(user.Page, "waiting").WaitForAsync();
        await user.Button("Start").ClickAsync();
        await user.Text("The network failed. Trying again").WaitForAsync();
        await Rows(user.Page, "ready").WaitForAsync(new() { Timeout = 180_000 });
        attempts.ShouldBe(2);
    }

    [Fact]
    public async Task A_file_of_no_book_becomes_a_draft_and_takes_its_captions_and_its_cover_along()
    {
        var name = $"quokka-{Guid.NewGuid():N}"[..18];
        var captions = Path.Combine(_folder, $"{name}.de.vtt");
        await File.WriteAllTextAsync(captions, "WEBVTT\n\n00:00.000 --> 00:02.000\nEs war einmal ein Quokka.\n", Ct);
        var cover = Path.Combine(_folder, $"{name}.png");
        await File.WriteAllBytesAsync(cover, Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="), Ct);
        await using var user = await console.OpenAsync("editor", width: 390);
        await user.GoAsync("/admin/uploads", ".up-drop");
        await ChooseAsync(user.Page, await FilmAsync($"{name}.mp4"), captions, cover);
        await Rows(user.Page, "choose").Nth(2).WaitForAsync();
        await user.Button("New book").First.ClickAsync();
        await user.FillInDialogAsync("Author", "Wren Halloway");
        await user.DialogButton("Add the draft").ClickAsync();
        await Rows(user.Page, "waiting").Nth(2).WaitForAsync();
        (await user.ContentWidthAsync()).ShouldBe(390);
        await user.Button("Start all").ClickAsync();
        await Rows(user.Page, "ready").WaitForAsync(new() { Timeout = 180_000 });
        await Rows(user.Page, "done").Nth(1).WaitForAsync();

        using var editor = await StaffApi.SignInAsync(console.Storytime, console.Storytime.Staff["editor"]);
        var book = (await editor.ListAsync($"books?q={name}")).ShouldHaveSingleItem();
        (book.Text("status"), book.Text("author")).ShouldBe(("draft", "Wren Halloway"));
        book.Text("cover_image_url").ShouldContain("/covers/");
        (await editor.ListAsync($"books/{book.Id()}/video_assets")).ShouldHaveSingleItem().Text("captions_language").ShouldBe("de");
    }

    private static ILocator Rows(IPage page, string stage) => page.Locator($".up-row[data-stage={stage}]");

    private static Task ChooseAsync(IPage page, params string[] files) => page.Locator(".up input[type=file]").SetInputFilesAsync(files);

    private static Task<JsonElement> DraftAsync(StaffApi editor, string title) =>
        editor.PostAsync("books", new { title, author = "Wren Halloway", description = "", age_min = 2, age_max = 6, language = "en", status = "draft" });

    /// <summary>Presses Tab until what has the focus is called so.</summary>
    private static async Task TabToAsync(IPage page, string name, bool backwards = false)
    {
        for (var presses = 0; presses < 150; presses++)
        {
            await page.Keyboard.PressAsync(backwards ? "Shift+Tab" : "Tab");
            if (await page.EvaluateAsync<string>("() => { const e = document.activeElement; return (e?.labels?.[0] ?? e)?.textContent.trim() ?? ''; }") == name)
                return;
        }
        throw new InvalidOperationException($"The keyboard does not get to '{name}'.");
    }

    /// <param name="paddedTo">Bytes: behind the film comes a box that says nothing (ISO/IEC 14496-12, 8.1.2).</param>
    private async Task<string> FilmAsync(string name, int? paddedTo = null)
    {
        using var films = new Films(console.Storytime);
        var film = await File.ReadAllBytesAsync(await films.DrawAsync(), Ct);
        if (paddedTo is { } size)
        {
            var whole = new byte[size];
            film.CopyTo(whole, 0);
            BinaryPrimitives.WriteInt32BigEndian(whole.AsSpan(film.Length), size - film.Length);
            "free"u8.CopyTo(whole.AsSpan(film.Length + 4));
            film = whole;
        }
        var path = Path.Combine(_folder, name);
        await File.WriteAllBytesAsync(path, film, Ct);
        return path;
    }

    private static int NumberOf(string url) => Part().Match(url) is { Success: true } match ? int.Parse(match.Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex(@"[?&]partNumber=(\d+)")]
    private static partial Regex Part();
}
