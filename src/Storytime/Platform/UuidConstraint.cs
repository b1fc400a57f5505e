using System.Globalization;

namespace Storytime.Platform;

/// <summary>Route constraint <c>{id:uuid}</c>: a UUID with hyphens (RFC 9562, section 4) and nothing around it. Anything else is no id of ours, so the address is 404.</summary>
internal sealed class UuidConstraint : IRouteConstraint
{
    public bool Match(HttpContext? httpContext, IRouter? route, string routeKey, RouteValueDictionary values, RouteDirection routeDirection) =>
        // The length, because .NET's parser would also take blanks around it.
        Convert.ToString(values[routeKey], CultureInfo.InvariantCulture) is { Length: 36 } text && Guid.TryParseExact(text, "D", out _);
}
