using System.Net;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Platform;

public sealed class HealthAndDocsTests(StorytimeApp app) : IClassFixture<StorytimeApp>
{
    [Theory]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    [InlineData("/docs/")]
    public async Task Anybody_may_ask(string path) => (await app.Client().GetAsync(path)).ShouldBe(HttpStatusCode.OK);

    [Fact]
    public async Task A_node_whose_database_lacks_migrations_is_not_ready()
    {
        await using var behind = new StorytimeApp(app.ConnectionString.Replace("Database=test_", "Database=postgres;Application Name=test_", StringComparison.Ordinal));
        await behind.InitializeAsync();
        (await behind.Client().GetAsync("/health/live")).ShouldBe(HttpStatusCode.OK);
        (await behind.Client().GetAsync("/health/ready")).ShouldBeError(HttpStatusCode.ServiceUnavailable, "unavailable").Text.ShouldContain("storytime migrate");
    }

    [Fact]
    public async Task The_OpenAPI_document_describes_every_route_with_its_errors()
    {
        var document = (await app.Client().GetAsync("/openapi/v1.json")).ShouldBe(HttpStatusCode.OK).Json;
        ((string?)document["openapi"]).ShouldStartWith("3.1");
        var operations = document["paths"]!.AsObject().SelectMany(p => p.Value!.AsObject().Select(o => (Name: $"{o.Key} {p.Key}", Operation: o.Value!))).ToList();
        operations.Count.ShouldBeGreaterThan(20);
        foreach (var (name, operation) in operations)
        {
            var responses = operation["responses"]!.AsObject();
            responses.ShouldContainKey("500", name);
            responses.Any(r => r.Key.StartsWith('2')).ShouldBeTrue(name);
            operation["tags"]!.AsArray().Count.ShouldBe(1, name);
            ((string?)operation["summary"]).ShouldNotBeNullOrWhiteSpace(name);
        }
    }
}
