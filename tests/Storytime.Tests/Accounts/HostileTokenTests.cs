using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Storytime.Platform.Auth;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Accounts;

/// <summary>Whatever is no live token of ours is 401 in the error envelope, on a parent's, a viewer's and a staff route, and nothing else.</summary>
public sealed class HostileTokenTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    [Fact]
    public async Task Every_hostile_token_is_401_on_every_kind_of_route()
    {
        var house = await House.BuildAsync(app);
        // The forge makes good tokens: what is refused below is refused for its difference from them.
        foreach (var good in new[] { house.Parent, house.Child, house.Editor })
            (await SendAsync(RouteOf(house, good), "", $"Bearer {house.Forge.Make(good)}")).ShouldBe(HttpStatusCode.OK);
        var hostile = new HostileTokens(app, house.Forge);
        var tokens = new[] { house.Parent, house.Child, house.Editor }
            .SelectMany(good => hostile.Of(good).Select(t => (Name: $"{good["aud"]}: {t.Name}", Authorization: $"Bearer {t.Token}"))).ToList();
        tokens.Count.ShouldBeGreaterThan(600);
        tokens.AddRange(Sessions(house).Select(t => (t.Name, $"Bearer {house.Forge.Make(t.Claims)}")));
        await ShouldAllBeRefusedAsync(house, tokens.Select(t => (t.Name, new[] { t.Authorization }, "")));
    }

    [Fact]
    public async Task A_good_token_that_is_not_sent_as_a_bearer_token_is_none()
    {
        var house = await House.BuildAsync(app);
        foreach (var good in new[] { house.Parent, house.Child, house.Editor })
        {
            var token = house.Forge.Make(good);
            string[] headers = ["", "Bearer", "Bearer ", "bearer", token, $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{token}:"))}", $"Token {token}", $"JWT {token}", $"Bearer={token}", $"Bearer:{token}",
                $"Bearer,{token}", $"BearerX {token}", $"Bearer\u00a0{token}", $"X Bearer {token}", $"Digest {token}", $"Negotiate {token}"];
            await ShouldAllBeRefusedAsync(house,
            [
                .. headers.Select(h => (h[..Math.Min(12, h.Length)], new[] { h }, "")), ("two headers", [$"Bearer {token}", $"Bearer {token}"], ""),
                ("no header", [], ""), ("query", [], $"?access_token={token}"), ("query", [], $"?token={token}&jwt={token}&authorization=Bearer%20{token}"),
            ]);
        }
    }

    [Fact]
    public async Task Tokens_end_with_what_they_stand_for()
    {
        var house = await House.BuildAsync(app);
        async Task EndsAsync(string name, JsonObject claims, string sql)
        {
            var token = house.Forge.Make(claims);
            (await SendAsync(RouteOf(house, claims), "", $"Bearer {token}")).Status.ShouldBe(HttpStatusCode.OK, name);
            await app.SqlAsync(sql);
            await ShouldAllBeRefusedAsync(house, [(name, [$"Bearer {token}"], "")]);
        }
        await EndsAsync("ended child session", house.Child, "update child_sessions set revoked_at = now()");
        await EndsAsync("closed account of staff", house.Editor, "update admin_users set disabled_at = now()");
        await EndsAsync("deleted account", house.Parent,
            $"delete from child_profiles where user_id = {house.Parent["sub"]}; delete from consent_records where user_id = {house.Parent["sub"]}; delete from users where id = {house.Parent["sub"]}");
        await EndsAsync("ended session", house.Stranger, "update parent_sessions set revoked_at = now()");
    }

    /// <summary>Tokens in our form whose parts do not belong together.</summary>
    private static IEnumerable<(string Name, JsonObject Claims)> Sessions(House house)
    {
        yield return ("parent with another's session", TokenForge.With(house.Parent, "sid", (string)house.Stranger["sid"]!));
        yield return ("another parent with this session", TokenForge.With(house.Stranger, "sid", (string)house.Parent["sid"]!));
        yield return ("child with its sibling's session", TokenForge.With(house.Child, "sid", (string)house.Sibling["sid"]!));
        yield return ("sibling with the child's session", TokenForge.With(house.Sibling, "sid", (string)house.Child["sid"]!));
        yield return ("child of another parent", TokenForge.With(house.Child, "uid", (string)house.Stranger["sub"]!));
        yield return ("editor as admin", TokenForge.With(house.Editor, "role", "Admin"));
        yield return ("editor as finance", TokenForge.With(house.Editor, "role", "Finance"));
        yield return ("nobody of staff", TokenForge.With(house.Editor, "sub", "999999"));
    }

    private async Task ShouldAllBeRefusedAsync(House house, IEnumerable<(string Name, string[] Authorization, string Query)> tokens)
    {
        var wrong = new List<string>();
        foreach (var (name, authorization, query) in tokens)
        {
            foreach (var route in house.Routes)
            {
                var answer = await SendAsync(route, query, authorization);
                if (answer.Status != HttpStatusCode.Unauthorized || answer.ErrorCode is not ("unauthenticated" or "token_expired"))
                    wrong.Add($"{name} on {route}: {answer.Status} {answer.Text}");
                else
                    answer.ShouldBeError(HttpStatusCode.Unauthorized, answer.ErrorCode).Json.AsObject().Count.ShouldBe(1, name);
            }
        }
        wrong.ShouldBeEmpty();
    }

    private static string RouteOf(House house, JsonObject claims) => house.Routes[(string?)claims["aud"] switch { Audience.Parent => 0, Audience.Child => 1, _ => 2 }];

    private static readonly HttpClient _http = new(new SocketsHttpHandler { UseCookies = false, RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8 });

    private async Task<Answer> SendAsync(string route, string query, params string[] authorization)
    {
        var address = new Uri(app.Client().Http.BaseAddress!, route + query).ToString();
        return await new ApiClient(_http, null).SendAsync(HttpMethod.Get, address, null, request => request.Headers.TryAddWithoutValidation("Authorization", authorization));
    }

    /// <summary>A family, a stranger and an editor, and the claims of their good tokens.</summary>
    private sealed record House(TokenForge Forge, JsonObject Parent, JsonObject Stranger, JsonObject Child, JsonObject Sibling, JsonObject Editor)
    {
        public string[] Routes => ["/api/v1/me", $"/api/v1/children/{Child["sub"]}/library", "/admin/api/v1/books"];

        public static async Task<House> BuildAsync(StorytimeApp app)
        {
            var (parent, child) = await app.FamilyAsync();
            var sibling = await parent.ChildAsync("Ben");
            var tokens = new[] { parent, await app.ParentAsync(), await app.HandOverAsync(parent, child), await app.HandOverAsync(parent, sibling), await app.EditorAsync() };
            var claims = tokens.Select(t => JsonNode.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(t.Token!.Split('.')[1]))!.AsObject()).ToArray();
            return new House(new TokenForge(app), claims[0], claims[1], claims[2], claims[3], claims[4]);
        }
    }
}
