using Microsoft.AspNetCore.Authorization;
using Microsoft.OpenApi;
using Storytime.Platform.Auth;

namespace Storytime.Platform.OpenApi;

/// <summary>Who may call a route, read from its policy.</summary>
internal static class Access
{
    private const string Parent = "parent";
    private const string ChildSession = "child_session";
    private const string Admin = "admin";

    private static readonly Dictionary<string, string> _schemes = new()
    {
        [Parent] = "A parent's access token (`jwt` of `/api/v1/auth/login` and its like). It lasts a quarter of an hour; `/api/v1/auth/refresh` gives the next one.",
        [ChildSession] = "The token of a device in child mode (`token` of `POST /api/v1/children/{id}/child_sessions`). It opens one child's library, playback and usage events.",
        [Admin] = "The token of a member of staff (`jwt` of `/admin/api/v1/auth/login`).",
    };

    public static void AddSchemes(OpenApiDocument document)
    {
        foreach (var (name, description) in _schemes)
            document.AddComponent<IOpenApiSecurityScheme>(name, new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", BearerFormat = "JWT", Description = description });
    }

    /// <summary>None for a route that is open to everybody.</summary>
    public static IReadOnlyList<string> PoliciesOf(IList<object> metadata) =>
        metadata.OfType<IAllowAnonymous>().Any() ? [] : [.. metadata.OfType<IAuthorizeData>().Select(a => a.Policy).OfType<string>().Distinct()];

    /// <summary>The ways to be let in, any one of which will do.</summary>
    public static List<OpenApiSecurityRequirement> Of(IList<object> metadata, OpenApiDocument document)
    {
        string[] schemes = PoliciesOf(metadata) switch
        {
            [] => [],
            [Policy.Parent] => [Parent],
            [Policy.Viewer] => [Parent, ChildSession],
            _ => [Admin],
        };
        return [.. schemes.Select(s => new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(s, document)] = [] })];
    }

    /// <summary>Which staff, where not all of them may.</summary>
    public static string? RolesOf(IList<object> metadata) => PoliciesOf(metadata) switch
    {
        [Policy.Editor] => "For staff with the role `admin` or `editor`.",
        [Policy.Finance] => "For staff with the role `admin` or `finance`.",
        [Policy.Admin] => "For staff with the role `admin`.",
        _ => null,
    };
}
