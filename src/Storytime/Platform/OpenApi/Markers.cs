using Storytime.Platform.Errors;

namespace Storytime.Platform.OpenApi;

/// <summary>Endpoint metadata: the body that a handler reads for itself.</summary>
internal sealed record BodyIs(Type Type, string ContentType = "application/json");

/// <summary>Endpoint metadata: error statuses besides those that every such route can answer, with the code that is usual for them.</summary>
internal sealed record MayAnswer(IReadOnlyList<int> Statuses);

/// <summary>Endpoint metadata: refusals that have a code of their own, as the handler answers them.</summary>
internal sealed record MayRefuse(Func<IEnumerable<ApiError>> Errors);

/// <summary>On a handler whose 201 or 202 names no address, because there is nothing to read there.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NoLocationAttribute : Attribute;

/// <summary>On a handler whose 204 names the receipt of an erasure.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class GivesReceiptAttribute : Attribute;

/// <summary>On a handler whose 201 sets the cookies of a book.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SetsCookiesAttribute : Attribute;

internal static class MarkerExtensions
{
    public static RouteHandlerBuilder MayAnswer(this RouteHandlerBuilder route, params int[] statuses) => route.WithMetadata(new MayAnswer(statuses));

    public static RouteHandlerBuilder MayRefuse(this RouteHandlerBuilder route, params ApiError[] errors) => route.MayRefuse(() => errors);

    public static RouteHandlerBuilder MayRefuse(this RouteHandlerBuilder route, Func<IEnumerable<ApiError>> errors) => route.WithMetadata(new MayRefuse(errors));
}
