using System.Net;
using System.Text.Json.Nodes;
using CsCheck;
using Storytime.Tests.Testing;
using static Storytime.Tests.Usage.UsageBodies;

namespace Storytime.Tests.Usage;

/// <summary>Batches with event ids that come again, some of them with other content, held against a plain model.</summary>
public sealed class EventConflictModelTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    /// <param name="Id">One of a few.</param>
    /// <param name="Content">What it says; two with one number say the same.</param>
    private sealed record Event(int Id, int Content);

    private sealed record Outcome(int Accepted, int Duplicates, int[] Conflicts);

    private static readonly Gen<Event[][]> _batches =
        Gen.Select(Gen.Int[0, 5], Gen.Frequency((3, Gen.Const(0)), (2, Gen.Int[1, 3])), (id, content) => new Event(id, content)).Array[1, 8].Array[1, 6];

    [Fact]
    public async Task One_after_the_other_the_first_content_of_an_id_stays_and_each_answer_says_so()
    {
        var book = await app.BookAsync();
        var (parent, child) = await app.FamilyAsync(book);
        await _batches.SampleAsync(async batches =>
        {
            var (ids, stored) = (NewIds(), new Dictionary<int, int>());
            foreach (var batch in batches)
            {
                var (accepted, duplicates, conflicts) = (0, 0, new List<int>());
                foreach (var (place, e) in batch.Index())
                {
                    if (stored.TryAdd(e.Id, e.Content))
                        accepted++;
                    else if (stored[e.Id] == e.Content)
                        duplicates++;
                    else
                        conflicts.Add(place);
                }
                ShouldBe(await SendAsync(parent, child, book, ids, batch), new(accepted, duplicates, [.. conflicts]));
            }
            (await StoredAsync(child, ids)).ShouldBe(stored, ignoreOrder: true);
        }, iter: 200, threads: 1);
    }

    [Fact]
    public async Task All_at_once_exactly_one_content_of_an_id_stays_and_all_answers_agree_with_it()
    {
        var book = await app.BookAsync();
        var (parent, child) = await app.FamilyAsync(book);
        var device = await app.HandOverAsync(parent, child);
        await Gen.Select(_batches, _batches).SampleAsync(async sample =>
        {
            var ids = NewIds();
            var (ones, others) = sample;
            var answers = await Task.WhenAll(ones.Select(b => (Client: parent, Batch: b)).Concat(others.Select(b => (Client: device, Batch: b)))
                .Select(async sent => (sent.Batch, Outcome: await SendAsync(sent.Client, child, book, ids, sent.Batch))));
            var stored = await StoredAsync(child, ids);
            stored.Keys.ShouldBe(answers.SelectMany(a => a.Batch).Select(e => e.Id).Distinct(), ignoreOrder: true);
            answers.Sum(a => a.Outcome.Accepted).ShouldBe(stored.Count);
            foreach (var (batch, outcome) in answers)
            {
                outcome.Conflicts.ShouldBe(batch.Index().Where(e => stored[e.Item.Id] != e.Item.Content).Select(e => e.Index));
                (outcome.Accepted + outcome.Duplicates + outcome.Conflicts.Length).ShouldBe(batch.Length);
            }
        }, iter: 150, threads: 1);
    }

    private static Guid[] NewIds() => [.. Enumerable.Range(0, 6).Select(_ => Guid.NewGuid())];

    private static void ShouldBe(Outcome actual, Outcome expected)
    {
        (actual.Accepted, actual.Duplicates).ShouldBe((expected.Accepted, expected.Duplicates));
        actual.Conflicts.ShouldBe(expected.Conflicts);
    }

    private async Task<Outcome> SendAsync(ApiClient client, long child, long book, Guid[] ids, Event[] events)
    {
        // Contents differ in one member only: type, time or position.
        JsonNode[] bodies = [.. events.Select(e => app.Event(
            child, book, e.Content == 1 ? "pause" : "heartbeat", app.Now.AddDays(e.Content == 2 ? -3 : -1), e.Content == 3 ? 8 : 7, ids[e.Id]))];
        var answer = (await client.ReportAsync(Batch(bodies))).ShouldBe(HttpStatusCode.OK);
        var rejected = answer["rejected"]!.AsArray();
        rejected.ShouldAllBe(r => (string)r!["code"]! == "conflict");
        return new((int)answer["accepted"]!, (int)answer["duplicates"]!, [.. rejected.Select(r => (int)r!["index"]!)]);
    }

    private async Task<Dictionary<int, int>> StoredAsync(long child, Guid[] ids)
    {
        var rows = (string?)await app.SqlAsync($"""
            select jsonb_agg(jsonb_build_object('id', event_id, 'content',
                case when event_type = 'pause' then 1 when occurred_at < '{app.Now.AddDays(-2):o}' then 2 when position_seconds = 8 then 3 else 0 end))::text
            from usage_events where child_profile_id = {child} and event_id in ({string.Join(',', ids.Select(id => $"'{id}'"))})
            """);
        return JsonNode.Parse(rows ?? "[]")!.AsArray().ToDictionary(r => Array.IndexOf(ids, Guid.Parse((string)r!["id"]!)), r => (int)r!["content"]!);
    }
}
