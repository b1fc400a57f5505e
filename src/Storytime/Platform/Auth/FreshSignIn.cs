using Storytime.Platform.Errors;

namespace Storytime.Platform.Auth;

/// <summary>
/// Endpoint metadata: in the console, who does this shows once more to be the one who signed in, unless that was just now. A bearer token was got by the password within the
/// hour and is not asked again.
/// </summary>
internal sealed class FreshSignIn
{
    public static readonly TimeSpan Recent = TimeSpan.FromMinutes(10);

    public static readonly ApiError Required = new(403, "reauthentication_required", "Enter your password once more, because this is about money or access.");
}

internal static class FreshSignInExtensions
{
    public static TBuilder RequireFreshSignIn<TBuilder>(this TBuilder routes) where TBuilder : IEndpointConventionBuilder => routes.WithMetadata(new FreshSignIn());
}
