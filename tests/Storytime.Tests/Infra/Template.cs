using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using YamlDotNet.RepresentationModel;

namespace Storytime.Tests.Infra;

/// <summary>infra/storytime.yaml as JSON: tags in their long form (<c>{"Ref": "X"}</c>, <c>{"Fn::Sub": "…"}</c>), every scalar a string.</summary>
public sealed record Template(JsonObject Root)
{
    public static Template Read()
    {
        var yaml = new YamlStream();
        using var reader = new StringReader(Text());
        yaml.Load(reader);
        return new(ToJson(yaml.Documents.Single().RootNode)!.AsObject());
    }

    /// <param name="path">From the top of the repository.</param>
    public static string Text(string path = "infra/storytime.yaml", [CallerFilePath] string here = "") =>
        File.ReadAllText(Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../..", path)));

    public JsonObject Parameters => Root[nameof(Parameters)]!.AsObject();

    /// <summary>What stands at a path such as <c>Resources/KeyGroup/Properties</c> or <c>…/Statement/0</c>.</summary>
    public JsonNode At(string path) => path.Split('/').Aggregate((JsonNode)Root, (node, step) =>
        (node is JsonArray list ? list[int.Parse(step)] : node[step]) ?? throw new ArgumentException($"The template has no {path}."));

    /// <summary>The stack that CloudFormation would make: with the least it needs, and what a test adds to that or takes from it.</summary>
    public Deployed Deploy(params (string Name, string Value)[] parameters)
    {
        var values = Parameters.ToDictionary(p => p.Key, p => (string?)p.Value!["Default"]);
        (values["AdminOrigin"], values["SigningPublicKeyA"]) = ("https://admin.example.com", "a public key");
        foreach (var (name, value) in parameters)
            values[name] = value;
        return new(this, values);
    }

    private static JsonNode? ToJson(YamlNode node)
    {
        JsonNode? plain = node switch
        {
            YamlScalarNode scalar => scalar.Value,
            YamlSequenceNode list => new JsonArray([.. list.Children.Select(ToJson)]),
            YamlMappingNode map => new JsonObject(map.Children.Select(c => KeyValuePair.Create(((YamlScalarNode)c.Key).Value!, ToJson(c.Value)))),
            _ => throw new NotSupportedException($"{node.NodeType} in the template"),
        };
        return node.Tag.IsEmpty || node.Tag.Value[0] != '!' ? plain : node.Tag.Value switch
        {
            "!Ref" => new JsonObject { ["Ref"] = plain },
            "!GetAtt" => new JsonObject { ["Fn::GetAtt"] = plain },
            var tag => new JsonObject { ["Fn::" + tag[1..]] = plain },
        };
    }
}
