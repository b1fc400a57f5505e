using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Mvc;

namespace Storytime.Platform.Errors;

/// <summary>Which parameter of a query has a value that is none: the code that reads optional ones answers 400 and does not say.</summary>
internal static class UnreadableQuery
{
    private static readonly MethodInfo _canRead = typeof(UnreadableQuery).GetMethod(nameof(CanRead), BindingFlags.NonPublic | BindingFlags.Static)!;

    /// <returns>Its name; null when it is something else that could not be read.</returns>
    public static string? Find(HttpContext http)
    {
        foreach (var (name, type) in http.GetEndpoint()?.Metadata.GetMetadata<MethodInfo>()?.GetParameters().SelectMany(Parameters) ?? [])
        {
            if (http.Request.Query[name] is [{ Length: > 0 } value] && Nullable.GetUnderlyingType(type) is { } optional && IsParsable(optional)
                && !(bool)_canRead.MakeGenericMethod(optional).Invoke(null, [value])!)
                return name;
        }
        return null;
    }

    private static IEnumerable<(string Name, Type Type)> Parameters(ParameterInfo parameter) => parameter.IsDefined(typeof(AsParametersAttribute))
        ? parameter.ParameterType.GetProperties().Select(p => (p.GetCustomAttribute<FromQueryAttribute>()?.Name ?? p.Name, p.PropertyType))
        : [(parameter.GetCustomAttribute<FromQueryAttribute>()?.Name ?? parameter.Name!, parameter.ParameterType)];

    private static bool IsParsable(Type type) => type.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IParsable<>));

    private static bool CanRead<T>(string value) where T : IParsable<T> => T.TryParse(value, CultureInfo.InvariantCulture, out _);
}
