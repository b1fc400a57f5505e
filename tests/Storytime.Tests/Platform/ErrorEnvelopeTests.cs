using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Storytime.Platform;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Platform;

public sealed class ErrorEnvelopeTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    [Fact]
    public async Task An_unknown_address_is_404() =>
        (await app.Client().GetAsync("/api/v1/nothing/here")).ShouldBeError(HttpStatusCode.NotFound, "not_found");

    [Fact]
    public async Task An_id_that_is_no_number_is_404() =>
        (await (await app.ParentAsync()).GetAsync("/api/v1/children/abc")).ShouldBeError(HttpStatusCode.NotFound, "not_found");

    [Fact]
    public async Task A_wrong_method_is_405_and_says_what_is_allowed()
    {
        var answer = await app.Client().SendAsync(HttpMethod.Put, "/api/v1/auth/login");
        answer.ShouldBeError(HttpStatusCode.MethodNotAllowed, "method_not_allowed").Text.ShouldContain("POST");
    }

    [Theory]
    [InlineData("{")]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("{\"email\": 5, \"password\": \"x\"}")]
    [InlineData("{\"email\": \"a\\u0000b\", \"password\": \"x\"}")]
    [InlineData("{\"email\": \"\\ud800\", \"password\": \"x\"}")]
    public async Task A_body_that_cannot_be_read_is_400(string body) =>
        (await app.Client().PostAsync("/api/v1/auth/login", body)).ShouldBeError(HttpStatusCode.BadRequest, "invalid_request");

    [Fact]
    public async Task A_member_of_the_wrong_type_is_named()
    {
        var answer = await app.Client().PostAsync("/api/v1/auth/login", """{"email": {"a": 1}, "password": "x"}""");
        answer.ShouldBeError(HttpStatusCode.BadRequest, "invalid_request").Json["error"]!["details"]!["email"].ShouldNotBeNull();
        answer.Text.ShouldNotContain("System.");
    }

    [Fact]
    public async Task A_missing_body_is_400() =>
        (await app.Client().PostAsync("/api/v1/auth/login")).ShouldBeError(HttpStatusCode.BadRequest, "invalid_request");

    [Fact]
    public async Task A_body_that_is_not_json_is_415()
    {
        var answer = await app.Client().SendAsync(HttpMethod.Post, "/api/v1/auth/login", null,
            r => r.Content = new StringContent("email=a", Encoding.UTF8, "application/x-www-form-urlencoded"));
        answer.ShouldBeError(HttpStatusCode.UnsupportedMediaType, "unsupported_media_type");
    }

    [Theory]
    [InlineData("application/json; charset=foo")]
    [InlineData("application/json; charset=iso-8859-1")]
    public async Task A_body_in_another_charset_is_415(string contentType)
    {
        var answer = await app.Client().SendAsync(HttpMethod.Post, "/api/v1/auth/login", "{}",
            r => r.Content!.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType));
        answer.ShouldBeError(HttpStatusCode.UnsupportedMediaType, "unsupported_media_type");
    }

    [Fact]
    public async Task Answers_stay_out_of_caches() =>
        (await (await app.ParentAsync()).GetAsync("/api/v1/me")).Headers.CacheControl!.NoStore.ShouldBeTrue();

    [Fact]
    public async Task A_body_over_one_megabyte_is_413()
    {
        // The server closes the connection on a body that it will not read; a client that asks first gets to see the answer.
        var answer = await app.Client().SendAsync(HttpMethod.Post, "/api/v1/auth/login", $$"""{"email": "{{new string('a', 1_100_000)}}", "password": "x"}""",
            r => r.Headers.ExpectContinue = true);
        answer.ShouldBeError(HttpStatusCode.RequestEntityTooLarge, "too_large");
    }

    [Fact]
    public async Task A_query_value_that_cannot_be_read_is_400_and_names_the_parameter()
    {
        var answer = await (await app.ParentAsync()).GetAsync("/api/v1/children?page=abc");
        answer.ShouldBeError(HttpStatusCode.BadRequest, "invalid_request").Text.ShouldContain("page");
        answer.Text.ShouldNotContain("Int32");
    }

    [Theory]
    [InlineData("page=0", "page")]
    [InlineData("per_page=101", "per_page")]
    public async Task A_query_value_out_of_range_is_422(string query, string field)
    {
        var answer = await (await app.ParentAsync()).GetAsync("/api/v1/children?" + query);
        answer.ShouldBeError(HttpStatusCode.UnprocessableEntity, "validation_failed").Json["error"]!["details"]![field].ShouldBeOfType<JsonArray>();
    }

    [Theory]
    [InlineData("Bearer nonsense")]
    [InlineData("Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.")]
    [InlineData("Basic YTpi")]
    public async Task A_token_that_is_none_is_401(string header)
    {
        var answer = await app.Client().SendAsync(HttpMethod.Get, "/api/v1/children", null, r => r.Headers.Authorization = AuthenticationHeaderValue.Parse(header));
        answer.ShouldBeError(HttpStatusCode.Unauthorized, "unauthenticated");
    }

    [Fact]
    public async Task Unknown_members_and_members_that_a_caller_may_not_set_have_no_effect()
    {
        var parent = await app.ParentAsync();
        var answer = await parent.PostAsync("/api/v1/children", new { name = "Mia", id = 7_000_000, user_id = 1, role = "admin", shoe_size = 28 });
        ((long)answer.ShouldBe(HttpStatusCode.Created)["id"]!).ShouldNotBe(7_000_000);
        (await parent.GetAsync("/api/v1/children"))["data"]!.AsArray().Count.ShouldBe(1);
    }
}

public sealed class ExpiredTokenTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    [Fact]
    public async Task A_token_ends_when_it_said_it_would()
    {
        var parent = await app.ParentAsync();
        app.Clock.Advance(TimeSpan.FromMinutes(14));
        (await parent.GetAsync("/api/v1/me")).ShouldBe(HttpStatusCode.OK);
        app.Clock.Advance(TimeSpan.FromMinutes(1));
        (await parent.GetAsync("/api/v1/me")).ShouldBeError(HttpStatusCode.Unauthorized, "token_expired");
    }
}

public sealed class FaultTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    [Fact]
    public async Task A_fault_on_our_side_is_500_with_a_trace_id_and_nothing_else()
    {
        var parent = await app.ParentAsync();
        await app.SqlAsync("alter table child_profiles rename to gone");
        var answer = await parent.GetAsync("/api/v1/children");
        answer.ShouldBeError(HttpStatusCode.InternalServerError, "internal_error");
        answer.Json["error"]!["details"]!.AsObject().Select(d => d.Key).ShouldBe(["trace_id"]);
        answer.Text.ShouldNotContain("child_profiles");
    }

    [Fact]
    public async Task The_limit_goes_by_the_client_behind_a_proxy_that_is_known_and_by_the_proxy_otherwise()
    {
        foreach (var known in new[] { true, false })
        {
            await using var limited = new StorytimeApp(app.ConnectionString).With("RateLimits:AuthPerMinute", "1").With("Proxies:Networks:0", known ? "127.0.0.0/8" : "10.0.0.0/8");
            await limited.InitializeAsync();
            (await SignInFromAsync(limited, "203.0.113.1")).ShouldBe(HttpStatusCode.Unauthorized);
            (await SignInFromAsync(limited, "203.0.113.1")).ShouldBe(HttpStatusCode.TooManyRequests);
            (await SignInFromAsync(limited, "203.0.113.2")).ShouldBe(known ? HttpStatusCode.Unauthorized : HttpStatusCode.TooManyRequests);
        }

        static async Task<HttpStatusCode> SignInFromAsync(StorytimeApp app, string address) => (await app.Client().SendAsync(
            HttpMethod.Post, "/api/v1/auth/login", new { email = "nobody@example.com", password = "wrong" }, r => r.Headers.Add("X-Forwarded-For", address))).Status;
    }

    [Fact]
    public void One_subscriber_of_IPv6_is_one_neighbourhood()
    {
        RateLimits.Neighbourhood(IPAddress.Parse("2001:db8:1:2:3::1")).ShouldBe(RateLimits.Neighbourhood(IPAddress.Parse("2001:db8:1:2:ffff::9")));
        RateLimits.Neighbourhood(IPAddress.Parse("2001:db8:1:3::1")).ShouldNotBe(RateLimits.Neighbourhood(IPAddress.Parse("2001:db8:1:2::1")));
        RateLimits.Neighbourhood(IPAddress.Parse("::ffff:192.0.2.1")).ShouldBe("192.0.2.1");
    }

    [Fact]
    public async Task Too_many_tries_to_sign_in_are_429_with_the_time_to_wait()
    {
        await using var limited = new StorytimeApp(app.ConnectionString).With("RateLimits:AuthPerMinute", "3");
        await limited.InitializeAsync();
        for (var i = 0; i < 3; i++)
            (await limited.Client().PostAsync("/api/v1/auth/login", new { email = "nobody@example.com", password = "wrong" })).Status.ShouldBe(HttpStatusCode.Unauthorized);
        var answer = await limited.Client().PostAsync("/api/v1/auth/login", new { email = "nobody@example.com", password = "wrong" });
        answer.ShouldBeError(HttpStatusCode.TooManyRequests, "rate_limited").Headers.RetryAfter!.Delta!.Value.TotalSeconds.ShouldBeInRange(1, 60);
    }
}
