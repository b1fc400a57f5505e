using System.Reflection;
using System.Xml.Linq;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.AspNetCore.Mvc.Infrastructure;

namespace Storytime.Platform.OpenApi;

/// <summary>What the compiler wrote down of the comments on the members of <c>[AsParameters]</c> records, which the generator does not look at.</summary>
internal static class MemberDocs
{
    private static readonly Lazy<Dictionary<string, string>> _summaries = new(Read);

    /// <returns>Null when the parameter is no member, or has no comment.</returns>
    public static string? Of(ApiParameterDescription parameter) =>
        parameter.ParameterDescriptor is IParameterInfoParameterDescriptor { ParameterInfo.Member: PropertyInfo member }
            ? _summaries.Value.GetValueOrDefault($"P:{member.DeclaringType!.FullName}.{member.Name}")
            : null;

    private static Dictionary<string, string> Read()
    {
        var file = Path.ChangeExtension(typeof(MemberDocs).Assembly.Location, ".xml");
        return !File.Exists(file) ? [] : XDocument.Load(file).Descendants("member")
            .Where(m => m.Element("summary") is not null)
            .ToDictionary(m => m.Attribute("name")!.Value, m => string.Join(' ', m.Element("summary")!.Value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
    }
}
