using System.Globalization;

namespace Storytime.Platform;

/// <summary>Route constraint <c>{id:id}</c>: digits of a positive 64-bit number. Anything else is no id of ours, so the address is 404.</summary>
internal sealed class IdConstraint : IRouteConstraint
{
    public bool Match(HttpContext? httpContext, IRouter? route, string routeKey, RouteValueDictionary values, RouteDirection routeDirection) =>
        long.TryParse(Convert.ToString(values[routeKey], CultureInfo.InvariantCulture), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id > 0;
}
