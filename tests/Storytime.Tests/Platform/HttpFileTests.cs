using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Storytime.Tests.Infra;

namespace Storytime.Tests.Platform;

/// <summary>docs/storytime.http, held against the OpenAPI document.</summary>
public sealed partial class HttpFileTests(OpenApiDocument document) : IClassFixture<OpenApiDocument>
{
    private readonly string _file = Template.Text("docs/storytime.http");

    [Fact]
    public void Every_operation_is_in_it() =>
        document.Operations.Where(o => !Calls().Any(c => c.Operation == o)).Select(o => $"{o}: add this call to docs/storytime.http, where it comes in the story.").ShouldBeEmpty();

    [Fact]
    public void It_calls_nothing_that_there_is_not() => Calls().Where(c => c.Operation is null).Select(c => c.Line).ShouldBeEmpty();

    [Fact]
    public void Its_bodies_have_the_members_of_their_schemas()
    {
        var wrong = new List<string>();
        var bodies = Calls().Where(c => c.Operation?.Json["requestBody"]?["content"]?["application/json"] is not null && c.Body.Length > 0).ToList();
        bodies.Count.ShouldBeGreaterThan(15);
        foreach (var (line, operation, body) in bodies)
        {
            var schema = document.Follow(operation!.Json["requestBody"]!["content"]!["application/json"]!["schema"]!);
            // An id in the place of a variable, also within a text.
            string[] members = [.. JsonNode.Parse(Variable().Replace(body, "1"))!.AsObject().Select(m => m.Key)];
            wrong.AddRange(members.Except(schema["properties"]!.AsObject().Select(p => p.Key)).Select(m => $"{line} has no '{m}'."));
            wrong.AddRange((schema["required"]?.AsArray().Select(r => (string)r!) ?? []).Except(members).Select(m => $"{line} needs '{m}'."));
        }
        wrong.ShouldBeEmpty();
    }

    [Fact]
    public void Its_variables_are_set_before_they_are_used()
    {
        var known = Setting().Matches(_file).Select(m => m.Groups["name"].Value).ToHashSet();
        var wrong = new List<string>();
        foreach (var line in _file.Split('\n'))
        {
            if (Name().Match(line) is { Success: true } name)
                known.Add(name.Groups["name"].Value);
            else if (!line.StartsWith('@') && !line.StartsWith("# ", StringComparison.Ordinal))
                wrong.AddRange(Variable().Matches(line).Select(m => m.Groups["name"].Value).Where(n => !n.StartsWith('$') && !known.Contains(n)).Select(n => $"{n} in: {line}"));
        }
        wrong.ShouldBeEmpty();
    }

    /// <summary>The calls of Storytime itself; uploads go to the address that S3's owner signed.</summary>
    private IEnumerable<(string Line, OpenApiDocument.Operation? Operation, string Body)> Calls() => Request().Matches(_file).Select(m => (
        m.Groups["line"].Value,
        document.Operations.FirstOrDefault(o => o.Method == m.Groups["method"].Value && Matches(o.Path, m.Groups["path"].Value)),
        m.Groups["body"].Value.Trim()));

    /// <summary>What is fixed in the template is the same in the address, and an id is a variable or a number.</summary>
    private static bool Matches(string template, string path)
    {
        var (expected, actual) = (template.Split('/'), Variable().Replace(path, "1").Split('/'));
        return expected.Length == actual.Length && expected.Zip(actual).All(s => s.First.StartsWith('{') ? Fits(s.First[(s.First.IndexOf('}') + 1)..], s.Second) : s.First == s.Second);

        // {id}, and {id}.csv.
        static bool Fits(string suffix, string segment) => suffix.Length > 0 ? segment.Length > suffix.Length && segment.EndsWith(suffix, StringComparison.Ordinal) : segment.Length > 0 && !segment.Contains('.');
    }

    [GeneratedRegex(@"^(?<line>(?<method>GET|POST|PUT|PATCH|DELETE) \{\{app\}\}(?<path>[^?\s]*)\S*)\n(?:\S+: .*\n)*(?:\n(?<body>(?!###|<)(?:(?!###).*\n)*))?", RegexOptions.Multiline)]
    private static partial Regex Request();

    [GeneratedRegex(@"\{\{(?<name>[$\w]+)[^}]*\}\}")]
    private static partial Regex Variable();

    [GeneratedRegex(@"^@(?<name>\w+) = ", RegexOptions.Multiline)]
    private static partial Regex Setting();

    [GeneratedRegex(@"^# @name (?<name>\w+)$")]
    private static partial Regex Name();
}
