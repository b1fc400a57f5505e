using System.Diagnostics;
using System.Text.Json.Nodes;
using Storytime.Platform.Errors;

namespace Storytime.Tests.Platform;

/// <summary>The document as <c>storytime openapi</c> writes it: without settings, and without a database. A class fixture.</summary>
public sealed class OpenApiDocument : IAsyncLifetime
{
    public string Text { get; private set; } = "";

    public JsonObject Root { get; private set; } = [];

    public IEnumerable<Operation> Operations => Root["paths"]!.AsObject()
        .SelectMany(p => p.Value!.AsObject().Select(o => new Operation(o.Key.ToUpperInvariant(), p.Key, o.Value!.AsObject())));

    public async ValueTask InitializeAsync()
    {
        var start = new ProcessStartInfo("dotnet", [typeof(ErrorEnvelope).Assembly.Location, "openapi"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var program = Process.Start(start)!;
        var errors = program.StandardError.ReadToEndAsync();
        Text = await program.StandardOutput.ReadToEndAsync();
        await program.WaitForExitAsync();
        program.ExitCode.ShouldBe(0, await errors);
        Root = JsonNode.Parse(Text)!.AsObject();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>The object itself, or the one that it refers to.</summary>
    public JsonObject Follow(JsonNode node) => (string?)node["$ref"] is { } reference
        ? reference.Split('/')[1..].Aggregate((JsonNode)Root, (at, name) => at[name]!).AsObject()
        : node.AsObject();

    public sealed record Operation(string Method, string Path, JsonObject Json)
    {
        public override string ToString() => $"{Method} {Path}";
    }
}
