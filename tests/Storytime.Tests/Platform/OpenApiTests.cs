using System.Net;
using System.Text.Json.Nodes;
using Json.Schema;
using Storytime.Rights;
using Storytime.Tests.Infra;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Platform;

public sealed class OpenApiTests(OpenApiDocument document, StorytimeApp app) : IClassFixture<OpenApiDocument>, IClassFixture<StorytimeApp>
{
    private static readonly EvaluationOptions _strict = new() { RequireFormatValidation = true, OutputFormat = OutputFormat.List };
    private readonly Dictionary<string, JsonSchema> _schemas = [];

    [Fact]
    public async Task What_the_program_serves_is_what_it_writes()
    {
        var served = (await app.Client().GetAsync("/openapi/v1.json")).ShouldBe(HttpStatusCode.OK).Json;
        ((string?)served["openapi"]).ShouldStartWith("3.1");
        JsonNode.DeepEquals(served, document.Root).ShouldBeTrue();
    }

    [Fact]
    public void The_copy_in_docs_is_up_to_date() =>
        Template.Text("docs/openapi.json").ShouldBe(document.Text, "The API has changed: run scripts/update-openapi, and look at the difference as someone who wrote an app against it.");

    [Fact]
    public void Every_operation_has_an_id_a_summary_and_a_tag_that_is_described()
    {
        var tags = document.Root["tags"]!.AsArray().Where(t => !string.IsNullOrWhiteSpace((string?)t!["description"])).Select(t => (string?)t!["name"]).ToHashSet();
        List<string> wrong =
        [
            .. document.Operations.Where(o => o.Json["operationId"] is null).Select(o => $"{o}: put [EndpointName(\"verb_noun\")] on its handler."),
            .. document.Operations.Where(o => string.IsNullOrWhiteSpace((string?)o.Json["summary"])).Select(o => $"{o}: give its handler a /// <summary>."),
            .. document.Operations.Where(o => !tags.Contains((string?)o.Json["tags"]?[0])).Select(o => $"{o}: describe its tag in OpenApiSetup.cs."),
        ];
        wrong.ShouldBeEmpty();
    }

    [Fact]
    public void Every_JSON_body_has_an_example_and_every_example_fits_its_schema()
    {
        var wrong = new List<string>();
        var count = 0;
        foreach (var (where, body) in Bodies())
        {
            var examples = Examples(body).ToList();
            count += examples.Count;
            if (examples.Count == 0)
                wrong.Add($"{where}: add an instance of {((string?)body["schema"]?["$ref"])?.Split('/')[^1]} (of a page: of its row) to the examples of its module, such as Children/ChildExamples.cs.");
            wrong.AddRange(examples.Select(e => (Example: e, Result: SchemaOf(body["schema"]!).Evaluate(e, _strict))).Where(r => !r.Result.IsValid)
                .Select(r => $"{where}: {r.Example!.ToJsonString()} does not fit its schema: {string.Join("; ", r.Result.Details.Where(d => d.HasErrors).SelectMany(d => d.Errors!.Select(e => $"{d.InstanceLocation} {e.Value}")))}"));
        }
        wrong.ShouldBeEmpty();
        count.ShouldBeGreaterThan(400);
    }

    [Fact]
    public void A_body_that_does_not_fit_is_seen()
    {
        var child = new JsonObject { ["$ref"] = "#/components/schemas/ChildResponse" };
        SchemaOf(child).Evaluate(new JsonObject { ["id"] = 7 }, _strict).IsValid.ShouldBeFalse();
        var refusal = new JsonObject { ["$ref"] = "#/components/schemas/PlaybackRefusal" };
        SchemaOf(refusal).Evaluate("no_such_reason", _strict).IsValid.ShouldBeFalse();
    }

    [Fact]
    public void Every_refusal_of_playback_is_shown_with_what_can_be_done_about_it()
    {
        var refusals = Operation("start_playback_session")["responses"]!["403"]!["content"]!["application/json"]!["examples"]!.AsObject();
        refusals.Select(r => r.Key).ShouldBe(Enum.GetValues<PlaybackRefusal>().Select(Storytime.Platform.Json.Name));
        refusals.ShouldAllBe(r => r.Value!["value"]!["error"]!["details"]!["parent_action"] != null);
    }

    [Theory]
    [InlineData("get_me", "parent")]
    [InlineData("list_library", "parent,child_session")]
    [InlineData("start_playback_session", "parent,child_session")]
    [InlineData("create_book", "admin")]
    [InlineData("login", "")]
    [InlineData("receive_mediaconvert_notice", "")]
    public void An_operation_says_whose_token_it_takes(string id, string schemes)
    {
        string.Join(',', Operation(id)["security"]!.AsArray().Select(s => s!.AsObject().Single().Key)).ShouldBe(schemes);
        foreach (var scheme in schemes.Split(',', StringSplitOptions.RemoveEmptyEntries))
            ((string?)document.Root["components"]!["securitySchemes"]![scheme]!["scheme"]).ShouldBe("bearer");
    }

    [Theory]
    [InlineData("login", "429", "Retry-After")]
    [InlineData("create_child", "201", "Location")]
    [InlineData("create_video_asset", "202", "Location")]
    [InlineData("start_playback_session", "201", "Set-Cookie")]
    public void Headers_that_matter_are_described(string id, string status, string header) =>
        document.Follow(Operation(id)["responses"]![status]!)["headers"]!.AsObject().ShouldContainKey(header);

    private JsonObject Operation(string id) => document.Operations.Single(o => (string?)o.Json["operationId"] == id).Json;

    private IEnumerable<(string Where, JsonNode Body)> Bodies()
    {
        foreach (var operation in document.Operations)
        {
            if (operation.Json["requestBody"]?["content"]?["application/json"] is { } request)
                yield return ($"The request of {operation}", request);
            foreach (var (status, response) in operation.Json["responses"]!.AsObject())
            {
                if (document.Follow(response!)["content"]?["application/json"] is { } body)
                    yield return ($"{operation} {status}", body);
            }
        }
    }

    private static IEnumerable<JsonNode?> Examples(JsonNode body) =>
        body["example"] is { } one ? [one] : body["examples"]?.AsObject().Select(e => e.Value!["value"]) ?? [];

    /// <summary>Schemas of OpenAPI 3.1 are JSON Schema 2020-12; only their references lead through the document.</summary>
    private JsonSchema SchemaOf(JsonNode schema)
    {
        var text = schema.ToJsonString();
        if (_schemas.TryGetValue(text, out var known))
            return known;
        var all = new JsonObject { ["allOf"] = new JsonArray(schema.DeepClone()), ["$defs"] = document.Root["components"]!["schemas"]!.DeepClone() };
        return _schemas[text] = JsonSchema.FromText(all.ToJsonString().Replace("#/components/schemas/", "#/$defs/", StringComparison.Ordinal));
    }
}
