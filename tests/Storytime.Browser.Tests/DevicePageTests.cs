using System.Text.Json;
using Microsoft.Playwright;
using Storytime.Browser.Tests.Testing;

namespace Storytime.Browser.Tests;

/// <summary>What a family does on the device page, from the sign-in to the last page of a story.</summary>
public sealed class DevicePageTests(RunningStorytime storytime)
{
    private const string Firefly = "Luna y la luciérnaga";
    private const string Sheep = "Five Sleepy Sheep";
    private const string Boat = "Little Boat, Big Sea";

    [Fact]
    public async Task A_parent_searches_with_a_typo_adds_a_book_and_hands_the_device_over()
    {
        await using var tablet = await Tablet.OpenAsync(storytime);
        var onShelf = await OpenWithoutFireflyAsync(tablet);

        // No accent, and a letter missing.
        await tablet.Find("search").FillAsync("lucernaga");
        var found = tablet.Find("result", Firefly);
        await found.GetByTestId("add-book").ClickAsync();
        await onShelf.WaitForAsync();
        await found.GetByTestId("on-shelf").WaitForAsync();

        await tablet.HandOverAsync();
        await tablet.Find("kid-book", Firefly).WaitForAsync();
        foreach (var parentsOnly in new[] { "search", "results", "add-book", "remove-book", "shelf", "hand-over", "sign-out", "child", "add-child" })
            (await tablet.Find(parentsOnly).CountAsync()).ShouldBe(0, parentsOnly);
    }

    [Fact]
    public async Task A_book_that_is_added_while_a_search_is_on_its_way_shows_as_on_the_shelf()
    {
        await using var tablet = await Tablet.OpenAsync(storytime);
        var onShelf = await OpenWithoutFireflyAsync(tablet);

        var searched = new TaskCompletionSource();
        await tablet.Page.RouteAsync("**/library_items", async route =>
        {
            await searched.Task;
            await route.ContinueAsync();
        });
        await tablet.Find("result", Firefly).GetByTestId("add-book").ClickAsync();
        await tablet.Find("search").FillAsync("luciérnaga");
        await tablet.Find("result", Sheep).WaitForAsync(new() { State = WaitForSelectorState.Detached });
        searched.SetResult();

        await onShelf.WaitForAsync();
        await tablet.Find("result", Firefly).GetByTestId("on-shelf").WaitForAsync();
    }

    [Fact]
    public async Task A_search_finds_by_the_beginning_of_a_word_and_by_age()
    {
        await using var tablet = await Tablet.OpenAsync(storytime);
        await tablet.SignInAsync(storytime.Parent);
        await tablet.OpenChildAsync("Leo");
        await tablet.Find("search").FillAsync("slee");
        await tablet.Find("result", "The Quiet Snow").WaitForAsync(new() { State = WaitForSelectorState.Detached });
        await tablet.Find("result", Sheep).WaitForAsync();
        await tablet.Find("age-7").ClickAsync();
        await tablet.Find("result", Sheep).WaitForAsync(new() { State = WaitForSelectorState.Detached });
        await tablet.Find("search").FillAsync("xqzwv");
        await tablet.Page.GetByText("Nothing found for “xqzwv”.").WaitForAsync();
    }

    [Fact]
    public async Task A_title_of_one_long_word_fits_a_phone()
    {
        await using var tablet = await Tablet.OpenAsync(storytime, 390, 844);
        await tablet.SignInAsync(storytime.Parent);
        await tablet.Page.RouteAsync("**/catalog/books?*", async route =>
        {
            var answer = await route.FetchAsync();
            await route.FulfillAsync(new() { Response = answer, Body = (await answer.TextAsync()).Replace(Sheep, "Donaudampfschifffahrtsgesellschaftskapitän", StringComparison.Ordinal) });
        });
        await tablet.OpenChildAsync("Nora");
        await tablet.Find("result", "Donaudampf").WaitForAsync();
        (await tablet.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth")).ShouldBe(390);
    }

    [Fact]
    public async Task A_child_plays_pauses_and_goes_back()
    {
        await using var tablet = await Tablet.OpenAsync(storytime);
        await tablet.GiveToAsync(storytime.Parent, "Nora");
        await tablet.PlayAsync(Sheep);
        (await tablet.VideoAsync<int>("videoWidth")).ShouldBeGreaterThan(0);
        var early = await tablet.VideoAsync<double>("currentTime");
        await Task.Delay(1000, TestContext.Current.CancellationToken);
        (await tablet.VideoAsync<double>("currentTime")).ShouldBeGreaterThan(early + 0.5);

        await tablet.Find("play-pause").ClickAsync();
        (await tablet.VideoAsync<bool>("paused")).ShouldBeTrue();
        var held = await tablet.VideoAsync<double>("currentTime");
        await Task.Delay(800, TestContext.Current.CancellationToken);
        (await tablet.VideoAsync<double>("currentTime")).ShouldBe(held);

        await tablet.Find("play-pause").ClickAsync();
        await tablet.Page.WaitForFunctionAsync("held => document.querySelector('video').currentTime > held + 0.3", held);
        await tablet.Find("back").ClickAsync();
        await tablet.Find("kid-shelf").WaitForAsync();
        (await tablet.Page.Locator("video").CountAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task What_was_played_is_reported_and_goes_on_where_it_stopped()
    {
        await using var tablet = await Tablet.OpenAsync(storytime);
        await tablet.GiveToAsync(storytime.Parent, "Nora");
        await tablet.PlayAsync("The Tall, Tall Tree");
        await tablet.Page.WaitForFunctionAsync("() => document.querySelector('video').currentTime > 3");
        var left = await tablet.VideoAsync<double>("currentTime");
        await tablet.Find("back").ClickAsync();
        // Kept until the API has them.
        await tablet.Page.WaitForFunctionAsync("() => JSON.parse(localStorage.getItem('storytime.events')).length === 0");

        await tablet.PlayAsync("The Tall, Tall Tree");
        (await tablet.VideoAsync<double>("played.start(0)")).ShouldBeGreaterThan(left - 1);
    }

    [Fact]
    public async Task Events_wait_on_the_device_while_there_is_no_connection()
    {
        await using var tablet = await Tablet.OpenAsync(storytime);
        await tablet.GiveToAsync(storytime.Parent, "Nora");
        await tablet.Page.RouteAsync("**/usage_events", route => route.AbortAsync());
        await tablet.PlayAsync(Sheep);
        await tablet.Find("back").ClickAsync();
        await tablet.Find("kid-shelf").WaitForAsync();
        (await tablet.KeptAsync("storytime.events")).ShouldContain("play_start");

        await tablet.Page.UnrouteAllAsync();
        await tablet.Page.EvaluateAsync("() => window.dispatchEvent(new Event('online'))");
        await tablet.Page.WaitForFunctionAsync("() => JSON.parse(localStorage.getItem('storytime.events')).length === 0");
    }

    [Fact]
    public async Task In_child_mode_the_device_holds_no_parents_token_and_the_server_refuses_the_childs_on_parent_addresses()
    {
        await using var tablet = await Tablet.OpenAsync(storytime);
        await tablet.GiveToAsync(storytime.Parent, "Nora");
        (await tablet.KeptAsync("storytime.parent")).ShouldBe("");
        using var kept = JsonDocument.Parse(await tablet.KeptAsync("storytime.child"));
        var (token, id) = (kept.RootElement.GetProperty("token").GetString()!, kept.RootElement.GetProperty("child").GetProperty("id").GetInt64());

        foreach (var (method, path) in new[]
        {
            ("GET", "/me"), ("GET", "/children"), ("POST", "/children"), ("GET", $"/children/{id}"), ("PATCH", $"/children/{id}"), ("GET", "/catalog/books"),
            ("POST", $"/children/{id}/library_items"), ("DELETE", $"/children/{id}/library_items/1"), ("POST", $"/children/{id}/child_sessions"),
        })
        {
            var status = await tablet.Page.EvaluateAsync<int>(
                "async ([url, method, token]) => (await fetch(url, { method, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: method === 'GET' ? undefined : '{}' })).status",
                new object[] { $"{storytime.App}api/v1{path}", method, token });
            status.ShouldBe(403, $"{method} {path}");
        }
    }

    [Theory]
    [InlineData("/children/1")]
    [InlineData("/sign-in")]
    [InlineData("/anything/else")]
    public async Task In_child_mode_a_parents_address_shows_the_childs_shelf(string address)
    {
        await using var tablet = await Tablet.OpenAsync(storytime);
        await tablet.GiveToAsync(storytime.Parent, "Nora");
        await tablet.Page.GotoAsync(address);
        await tablet.Find("kid-book").First.WaitForAsync();
        new Uri(tablet.Page.Url).AbsolutePath.ShouldBe("/");
        (await tablet.Find("search").CountAsync()).ShouldBe(0);
        (await tablet.Find("submit").CountAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task A_book_that_cannot_be_played_says_why_to_the_parent_and_kindly_to_the_child()
    {
        await using var tablet = await Tablet.OpenAsync(storytime);
        await tablet.SignInAsync(storytime.Parent);
        await tablet.OpenChildAsync("Nora");
        await tablet.Find("shelf-item", Boat).GetByTestId("unavailable-reason").GetByText("licence has ended").WaitForAsync();

        await tablet.HandOverAsync();
        await tablet.Find("kid-book", Boat).GetByRole(AriaRole.Button).ClickAsync();
        await tablet.Find("kid-message").GetByText("gone back to the library").WaitForAsync();
        (await tablet.Page.Locator("video").CountAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Leaving_child_mode_needs_the_parents_password_and_ends_the_childs_session()
    {
        await using var tablet = await Tablet.OpenAsync(storytime);
        await tablet.GiveToAsync(storytime.Parent, "Nora");
        using var kept = JsonDocument.Parse(await tablet.KeptAsync("storytime.child"));
        var (token, id) = (kept.RootElement.GetProperty("token").GetString()!, kept.RootElement.GetProperty("child").GetProperty("id").GetInt64());

        await tablet.Find("grown-ups").ClickAsync();
        await tablet.Find("gate-password").FillAsync("not the password");
        await tablet.Find("gate-submit").ClickAsync();
        await tablet.Page.WaitForFunctionAsync("() => document.querySelector('[data-testid=problem]').textContent.length > 0");
        (await tablet.KeptAsync("storytime.parent")).ShouldBe("");

        await tablet.Find("gate-password").FillAsync(storytime.Parent.Password);
        await tablet.Find("gate-submit").ClickAsync();
        await tablet.Find("shelf").WaitForAsync();
        (await tablet.KeptAsync("storytime.child")).ShouldBe("");
        await tablet.Page.WaitForFunctionAsync(
            "async ([url, token]) => (await fetch(url, { headers: { authorization: `Bearer ${token}` } })).status === 401",
            new object[] { $"{storytime.App}api/v1/children/{id}/library", token });
    }

    [Fact]
    public async Task A_new_family_registers_adds_a_child_and_starts_with_an_empty_shelf()
    {
        await using var tablet = await Tablet.OpenAsync(storytime);
        await tablet.Find("switch").ClickAsync();
        await tablet.Find("email").FillAsync($"new-{Guid.NewGuid():N}@family.test");
        await tablet.Find("password").FillAsync("short");
        await tablet.Find("submit").ClickAsync();
        await tablet.Page.GetByText("Choose a password of at least 8 characters.").WaitForAsync();

        await tablet.Find("password").FillAsync("once-upon-a-time");
        await tablet.Find("country").SelectOptionAsync("GB");
        await tablet.Find("submit").ClickAsync();
        await tablet.Find("add-child").ClickAsync();
        await tablet.Find("child-name").FillAsync("Ida");
        await tablet.Find("add-child-form").GetByTestId("submit").ClickAsync();
        await tablet.Page.GetByText("Ida’s shelf is empty.").WaitForAsync();
    }

    [Fact]
    public async Task A_wrong_password_is_told_in_a_sentence()
    {
        await using var tablet = await Tablet.OpenAsync(storytime);
        await tablet.Find("email").FillAsync(storytime.Parent.Email);
        await tablet.Find("password").FillAsync("not the password");
        await tablet.Find("submit").ClickAsync();
        await tablet.Page.WaitForFunctionAsync("() => /\\w+ .*\\.$/.test(document.querySelector('[data-testid=problem]').textContent)");
    }

    [Fact]
    public async Task Requests_that_meet_an_expired_token_are_repeated_after_one_refresh()
    {
        await using var tablet = await Tablet.OpenAsync(storytime);
        await tablet.SignInAsync(storytime.Parent);
        var (expired, refreshes) = (0, 0);
        await tablet.Page.RouteAsync("**/api/v1/**", async route =>
        {
            if (route.Request.Url.EndsWith("/auth/refresh", StringComparison.Ordinal))
                Interlocked.Increment(ref refreshes);
            if (route.Request.Method != "OPTIONS" && refreshes == 0)
            {
                Interlocked.Increment(ref expired);
                await route.FulfillAsync(new()
                {
                    Status = 401,
                    Headers = new Dictionary<string, string> { ["access-control-allow-origin"] = "*" },
                    ContentType = "application/json",
                    Body = """{"error":{"code":"token_expired","message":"This token has expired.","details":{}}}""",
                });
            }
            else
            {
                await route.ContinueAsync();
            }
        });
        // Asks for the child and its shelf at the same time.
        await tablet.OpenChildAsync("Nora");
        expired.ShouldBeGreaterThan(1);
        refreshes.ShouldBe(1);
    }

    [Fact]
    public async Task The_permission_to_watch_is_renewed_before_it_ends()
    {
        await using var tablet = await Tablet.OpenAsync(storytime);
        await tablet.GiveToAsync(storytime.Parent, "Nora");
        var asked = 0;
        await tablet.Page.RouteAsync("**/playback_sessions", async route =>
        {
            var answer = await route.FetchAsync();
            var session = System.Text.Json.Nodes.JsonNode.Parse(await answer.TextAsync())!;
            session["expires_at"] = DateTimeOffset.UtcNow.AddSeconds(9);
            Interlocked.Increment(ref asked);
            await route.FulfillAsync(new() { Response = answer, Body = session.ToJsonString() });
        });
        await tablet.PlayAsync(Sheep);
        await tablet.Find("play-pause").ClickAsync();
        asked.ShouldBe(1);
        await tablet.Page.WaitForResponseAsync(answer => answer.Url.EndsWith("/playback_sessions", StringComparison.Ordinal) && answer.Request.Method == "POST");
        asked.ShouldBe(2);
    }

    /// <returns>Where the book is on the shelf, once it is put there.</returns>
    private async Task<ILocator> OpenWithoutFireflyAsync(Tablet tablet)
    {
        await tablet.SignInAsync(storytime.Parent);
        await tablet.OpenChildAsync("Nora");
        var onShelf = tablet.Find("shelf-item", Firefly);
        if (await onShelf.CountAsync() > 0)
            await onShelf.GetByTestId("remove-book").ClickAsync();
        await onShelf.WaitForAsync(new() { State = WaitForSelectorState.Detached });
        return onShelf;
    }
}
