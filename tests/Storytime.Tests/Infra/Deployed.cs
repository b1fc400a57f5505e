using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Storytime.Tests.Infra;

/// <summary>
/// A template with its parameters filled in: conditions decided, functions replaced by what they give. What only AWS knows stays a token: <c>‹KeyGroup›</c>
/// for Ref, <c>‹MasterBucket.Arn›</c> for GetAtt.
/// </summary>
public sealed partial class Deployed
{
    public const string Account = "111122223333";

    /// <summary>Types whose Ref is their ARN.</summary>
    private static readonly string[] _refIsArn = ["AWS::SNS::Topic", "AWS::IAM::ManagedPolicy", "AWS::SecretsManager::Secret"];

    private readonly Template _template;
    private readonly Dictionary<string, string?> _parameters;

    /// <summary>Of the resources that exist with these parameters, by logical id.</summary>
    private readonly Dictionary<string, (string Type, JsonObject Properties)> _resources;

    public Deployed(Template template, Dictionary<string, string?> parameters)
    {
        (_template, _parameters) = (template, parameters);
        _resources = Existing("Resources").ToDictionary(r => r.Key, r => ((string)r.Value!["Type"]!, Resolve(r.Value["Properties"])?.AsObject() ?? []));
        Outputs = Existing("Outputs").ToDictionary(o => (string)Resolve(o.Value!["Description"])!, o => (string)Resolve(o.Value!["Value"])!);
    }

    /// <summary>By description.</summary>
    public IReadOnlyDictionary<string, string> Outputs { get; }

    public string Master => Setting("Aws:MasterBucket");

    public string Output => Setting("Aws:OutputBucket");

    /// <summary>Value for one of the application's settings.</summary>
    public string Setting(string name) => Outputs[name.Replace(":", "__", StringComparison.Ordinal)];

    /// <summary>Properties of all resources of one type.</summary>
    public IEnumerable<JsonObject> All(string type) => _resources.Values.Where(r => r.Type == type).Select(r => r.Properties);

    public JsonObject Only(string type) => All(type).ShouldHaveSingleItem();

    /// <summary>Properties of what a token stands for: <c>‹X›</c>, <c>‹X.Arn›</c>.</summary>
    public JsonObject Of(string token) => _resources[Token().Match(token).Groups["id"].Value].Properties;

    /// <summary>ARN of what a token stands for.</summary>
    public static string Arn(string token) => Token().Replace(token, "‹${id}.Arn›");

    /// <summary>The distribution of books.</summary>
    public JsonObject Cdn => All("AWS::CloudFront::Distribution").Select(d => d["DistributionConfig"]!.AsObject())
        .Where(d => d["Origins"]![0]!["S3OriginConfig"] is not null).ShouldHaveSingleItem();

    public string CdnArn => $"arn:aws:cloudfront::{Account}:distribution/‹{_resources.Single(r => r.Value.Properties["DistributionConfig"] == Cdn).Key}›";

    /// <summary>Policies of a role: its own, and managed ones of this stack that name it.</summary>
    public IEnumerable<JsonObject> PoliciesOf(string role) =>
        (Token().IsMatch(role) ? Iam.List(Of(role)["Policies"]) : [])
        .Concat(All("AWS::IAM::ManagedPolicy").Where(p => p["Roles"] is JsonArray roles && roles.Any(r => (string?)r == role)))
        .Select(p => p["PolicyDocument"]!.AsObject());

    /// <summary>The policy of a bucket, queue or topic.</summary>
    public JsonObject PolicyAt(string resource) => _resources.Values
        .Where(r => (string?)r.Properties["Bucket"] == resource || new[] { r.Properties["Queues"], r.Properties["Topics"] }
            .Any(list => list is JsonArray all && all.Any(x => (string?)x == resource)))
        .Select(r => r.Properties["PolicyDocument"]!.AsObject()).ShouldHaveSingleItem();

    private IEnumerable<KeyValuePair<string, JsonNode?>> Existing(string section) =>
        _template.Root[section]!.AsObject().Where(r => r.Value!["Condition"] is not { } condition || Holds((string)condition!));

    private bool Holds(string condition) => IsTrue(_template.Root["Conditions"]![condition]!);

    private bool IsTrue(JsonNode node)
    {
        var (function, argument) = node.AsObject().Single();
        return function switch
        {
            "Condition" => Holds((string)argument!),
            "Fn::Equals" => (string?)Resolve(argument![0]) == (string?)Resolve(argument[1]),
            "Fn::Not" => !IsTrue(argument![0]!),
            "Fn::And" => argument!.AsArray().All(a => IsTrue(a!)),
            "Fn::Or" => argument!.AsArray().Any(a => IsTrue(a!)),
            _ => throw new NotSupportedException(function),
        };
    }

    /// <summary>Null is AWS::NoValue: what stands there is left out.</summary>
    private JsonNode? Resolve(JsonNode? node) => node switch
    {
        JsonArray list => new JsonArray([.. list.Select(Resolve).Where(x => x is not null)]),
        JsonObject { Count: 1 } o when o.Single() is { Key: "Ref" or "Fn::GetAtt" or "Fn::Sub" or "Fn::If" } f => Call(f.Key, f.Value!),
        JsonObject o => new JsonObject(o.Select(p => KeyValuePair.Create(p.Key, Resolve(p.Value))).Where(p => p.Value is not null)),
        _ => node?.DeepClone(),
    };

    private JsonNode? Call(string function, JsonNode argument) => function switch
    {
        "Ref" => Name((string)argument!),
        "Fn::GetAtt" => Name((string)argument!),
        "Fn::Sub" => Placeholder().Replace((string)argument!, m => Name(m.Groups["name"].Value) ?? ""),
        _ => Resolve(argument[Holds((string)argument[0]!) ? 1 : 2]),
    };

    private string? Name(string name)
    {
        var id = name.Split('.')[0];
        if (_template.Root["Resources"]![id] is not { } resource)
            return name switch
            {
                "AWS::NoValue" => null,
                "AWS::AccountId" => Account,
                "AWS::Region" => "eu-west-1",
                "AWS::Partition" => "aws",
                "AWS::StackName" => "storytime",
                _ => _parameters[name],
            };
        if (resource["Condition"] is { } condition && !Holds((string)condition!))
            throw new InvalidOperationException($"{name} is used, but does not exist with these parameters.");
        return name == id && _refIsArn.Contains((string)resource["Type"]!) ? $"‹{id}.Arn›" : $"‹{name}›";
    }

    [GeneratedRegex(@"^‹(?<id>\w+)(\.\w+)?›$")]
    private static partial Regex Token();

    [GeneratedRegex(@"\$\{(?<name>[^}]+)\}")]
    private static partial Regex Placeholder();
}
