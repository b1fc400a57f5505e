using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Storytime.LocalCloud.MediaConvert;

/// <summary>What a member of a request may be. <see cref="Check"/> adds a complaint for each thing that is wrong, with its path, in MediaConvert's words
/// ("/outputGroups/0/outputs: Should have at least 1 items").</summary>
internal abstract record Shape
{
    public abstract void Check(string path, JsonNode node, List<string> complaints);

    protected static void Complain(List<string> complaints, string path, string message) => complaints.Add($"{(path.Length == 0 ? "/" : path)}: {message}");
}

internal sealed record Members(params (string Name, Shape Shape)[] Known) : Shape
{
    public string[] Required { get; init; } = [];

    public override void Check(string path, JsonNode node, List<string> complaints)
    {
        if (node is not JsonObject members)
        {
            Complain(complaints, path, "Should be an object");
            return;
        }

        foreach (var name in Required.Where(name => members[name] is null)) Complain(complaints, path, $"{name} is a required property");
        foreach (var (name, value) in members)
        {
            var known = Array.Find(Known, member => member.Name == name);
            if (known.Shape is null) Complain(complaints, path, $"Unknown member {name}");
            else if (value is not null) known.Shape.Check($"{path}/{name}", value, complaints);
        }
    }
}

internal sealed record ListOf(Shape Item, int Least = 1) : Shape
{
    public override void Check(string path, JsonNode node, List<string> complaints)
    {
        if (node is not JsonArray items)
        {
            Complain(complaints, path, "Should be an array");
            return;
        }

        if (items.Count < Least) Complain(complaints, path, $"Should have at least {Least} items");
        for (var i = 0; i < items.Count; i++)
        {
            if (items[i] is { } item) Item.Check($"{path}/{i}", item, complaints);
            else Complain(complaints, $"{path}/{i}", "Should not be null");
        }
    }
}

internal sealed record MapOf(Shape Value) : Shape
{
    public override void Check(string path, JsonNode node, List<string> complaints)
    {
        if (node is not JsonObject members)
        {
            Complain(complaints, path, "Should be an object");
            return;
        }

        foreach (var (name, value) in members)
        {
            if (value is not null) Value.Check($"{path}/{name}", value, complaints);
        }
    }
}

internal sealed record OneOf(params string[] Values) : Shape
{
    public override void Check(string path, JsonNode node, List<string> complaints)
    {
        if (node.GetValueKind() != JsonValueKind.String || !Values.Contains(node.GetValue<string>()))
            Complain(complaints, path, $"Should be equal to one of the allowed values: {string.Join(", ", Values)}");
    }
}

internal sealed record Text(int Longest = 1024, string? Pattern = null, string? Meaning = null) : Shape
{
    public override void Check(string path, JsonNode node, List<string> complaints)
    {
        if (node.GetValueKind() != JsonValueKind.String) Complain(complaints, path, "Should be a string");
        else if (node.GetValue<string>().Length > Longest) Complain(complaints, path, $"Should not be longer than {Longest} characters");
        else if (Pattern is not null && !Regex.IsMatch(node.GetValue<string>(), Pattern, RegexOptions.None, TimeSpan.FromSeconds(1)))
            Complain(complaints, path, $"Should match {Meaning ?? Pattern}");
    }
}

/// <summary>A number; whole unless <c>Decimal</c>.</summary>
internal sealed record Number(double Least = 0, double Most = int.MaxValue, bool Decimal = false) : Shape
{
    public double[] Only { get; init; } = [];

    public override void Check(string path, JsonNode node, List<string> complaints)
    {
        if (node.GetValueKind() != JsonValueKind.Number || !double.TryParse(node.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || (!Decimal && !long.TryParse(node.ToJsonString(), CultureInfo.InvariantCulture, out _)))
            Complain(complaints, path, Decimal ? "Should be a number" : "Should be an integer");
        else if (value < Least) Complain(complaints, path, $"Should be greater than or equal to {Least}");
        else if (value > Most) Complain(complaints, path, $"Should be less than or equal to {Most}");
        else if (Only.Length > 0 && !Only.Contains(value)) Complain(complaints, path, $"Should be equal to one of the allowed values: {string.Join(", ", Only)}");
    }
}
