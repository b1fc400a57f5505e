using System.Text.RegularExpressions;

namespace Storytime.Tests.Infra;

/// <summary>docs/deploy.md, held against the template.</summary>
public sealed partial class GuideTests
{
    private readonly Template _template = Template.Read();
    private readonly string _guide = Template.Text("docs/deploy.md");

    [Fact]
    public void It_asks_for_outputs_that_there_are() => Named(Out()).ShouldBeSubsetOf(_template.Root["Outputs"]!.AsObject().Select(o => o.Key));

    [Fact]
    public void It_gives_parameters_that_there_are() => Named(Parameter()).ShouldBeSubsetOf(_template.Parameters.Select(p => p.Key));

    [Fact]
    public void It_gives_every_parameter_that_has_no_default() =>
        _template.Parameters.Where(p => p.Value!["Default"] is null).Select(p => p.Key).ShouldBeSubsetOf(Named(Parameter()));

    private string[] Named(Regex regex)
    {
        string[] names = [.. regex.Matches(_guide).Select(m => m.Groups["name"].Value).Distinct()];
        names.ShouldNotBeEmpty();
        return names;
    }

    [GeneratedRegex(@"\bout (?<name>[A-Z]\w+)")]
    private static partial Regex Out();

    [GeneratedRegex(@"(?<=[ ""])(?<name>[A-Z][a-z]+[A-Z]\w+)=")]
    private static partial Regex Parameter();
}
