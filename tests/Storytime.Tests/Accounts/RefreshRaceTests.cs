using System.Collections.Concurrent;
using System.Net;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Accounts;

public sealed class RefreshRaceTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    private const int Families = 100;
    private const int Calls = 10;

    [Fact]
    public async Task A_thousand_racing_refreshes_of_a_hundred_families_make_one_successor_each()
    {
        await EachFamilyAsync(async token =>
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, Calls).Select(_ => app.RefreshAsync(token)));
            answers.Select(a => a.ShouldBe(HttpStatusCode.OK).Text).Distinct().Count().ShouldBe(1);
            (await TokensAsync(token)).ShouldBe(2);
            (await app.RefreshAsync((string)answers[0]["refresh_token"]!)).ShouldBe(HttpStatusCode.OK);
        });
    }

    [Fact]
    public async Task Of_racing_clients_the_first_one_wins_and_the_second_one_ends_the_family()
    {
        await EachFamilyAsync(async token =>
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, Calls).Select(i => app.RefreshAsync(token, $"client {i}")));
            answers.Count(a => a.Status == HttpStatusCode.OK).ShouldBeLessThanOrEqualTo(1);
            answers.Where(a => a.Status != HttpStatusCode.OK).ToList().ForEach(a => a.ShouldBeError(HttpStatusCode.Unauthorized, "unauthenticated"));
            (await TokensAsync(token)).ShouldBeLessThanOrEqualTo(2);
            foreach (var winner in answers.Where(a => a.Status == HttpStatusCode.OK))
                await ShouldBeOutAsync(winner);
        });
    }

    [Fact]
    public async Task Refreshes_that_race_with_signing_out_and_with_ending_the_session_leave_nothing_alive()
    {
        var random = new Random(20261124);
        await EachFamilyAsync(async token =>
        {
            var live = (await app.RefreshAsync(token)).ShouldBe(HttpStatusCode.OK);
            var (jwt, next) = ((string)live["jwt"]!, (string)live["refresh_token"]!);
            var session = (string)(await app.Client(jwt).GetAsync("/api/v1/me/sessions"))["data"]![0]!["id"]!;
            Func<Task<Answer>>[] calls =
            [
                .. Enumerable.Range(0, Calls - 3).Select<int, Func<Task<Answer>>>(_ => () => app.RefreshAsync(next)),
                () => app.Client().PostAsync("/api/v1/auth/logout", new { refresh_token = next }),
                () => app.Client(jwt).DeleteAsync($"/api/v1/me/sessions/{session}"),
                () => app.RefreshAsync(token, "thief"),
            ];
            lock (random)
                random.Shuffle(calls);
            var answers = await Task.WhenAll(calls.Select(call => call()));
            answers.ShouldAllBe(a => a.Status == HttpStatusCode.OK || a.Status == HttpStatusCode.NoContent || a.Status == HttpStatusCode.Unauthorized);
            foreach (var answer in answers.Where(a => a.Status == HttpStatusCode.OK))
                await ShouldBeOutAsync(answer);
        });
    }

    [Fact]
    public async Task Spent_tokens_that_race_after_the_grace_end_their_families()
    {
        var winners = new ConcurrentDictionary<string, Answer>();
        await EachFamilyAsync(async token => winners[token] = (await app.RefreshAsync(token)).ShouldBe(HttpStatusCode.OK));
        app.Clock.Advance(TimeSpan.FromSeconds(10));
        await Parallel.ForEachAsync(winners, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (family, _) =>
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, Calls).Select(_ => app.RefreshAsync(family.Key)));
            answers.ShouldAllBe(a => a.Status == HttpStatusCode.Unauthorized);
            await ShouldBeOutAsync(family.Value);
        });
    }

    /// <summary>A few families at a time; the calls of one family all at once.</summary>
    private Task EachFamilyAsync(Func<string, Task> race) => Parallel.ForEachAsync(
        Enumerable.Range(0, Families), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (_, _) => await race(await app.NewRefreshTokenAsync()));

    private async Task ShouldBeOutAsync(Answer signIn)
    {
        (await app.Client((string)signIn["jwt"]!).GetAsync("/api/v1/me")).ShouldBeError(HttpStatusCode.Unauthorized, "unauthenticated");
        (await app.RefreshAsync((string)signIn["refresh_token"]!)).ShouldBeError(HttpStatusCode.Unauthorized, "unauthenticated");
    }

    /// <summary>How many tokens the family of this one has.</summary>
    private async Task<long> TokensAsync(string token)
    {
        var hash = Convert.ToHexString(Storytime.Accounts.RefreshToken.Hash(token));
        return (long)(await app.SqlAsync($"select count(*) from refresh_tokens t where session_id = (select session_id from refresh_tokens where token_hash = '\\x{hash}')"))!;
    }
}
