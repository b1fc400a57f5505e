using System.Reflection;
using Storytime.Platform.Errors;

namespace Storytime.Tests.Platform;

public sealed class ApiJsonTests
{
    [Fact]
    public void Every_body_of_the_API_has_a_serializer_made_by_the_compiler()
    {
        // Absent and null are different in a PATCH, which generated code cannot tell; usage events are read by hand.
        var missing = typeof(ErrorEnvelope).Assembly.GetExportedTypes()
            .Where(t => t.Name.EndsWith("Request", StringComparison.Ordinal) || t.Name.EndsWith("Response", StringComparison.Ordinal))
            .Where(t => !t.Name.StartsWith("UsageEvent", StringComparison.Ordinal) || t.Name.EndsWith("Response", StringComparison.Ordinal))
            .Where(t => t.GetProperties(BindingFlags.Instance | BindingFlags.NonPublic).All(p => !p.Name.EndsWith("IsGiven", StringComparison.Ordinal)))
            .Where(t => ApiJson.Default.GetTypeInfo(t) is null).Select(t => t.Name);
        missing.ShouldBeEmpty();
    }
}
