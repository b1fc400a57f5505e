using System.Globalization;
using System.Reflection;
using System.Security.Claims;

namespace Storytime.Platform.Auth;

/// <summary>A signed-in parent.</summary>
public sealed record Parent(long UserId, Guid SessionId)
{
    public static ValueTask<Parent?> BindAsync(HttpContext context, ParameterInfo parameter) => ValueTask.FromResult<Parent?>(Of(context.User));

    /// <summary>The parent whose token a request has.</summary>
    internal static Parent Of(ClaimsPrincipal user) => new(user.Id(Claim.Subject), Guid.Parse(user.FindFirstValue(Claim.Session)!));
}

/// <summary>Who may look at a child's shelf and play from it: its parent, or a device in child mode (then with both ids).</summary>
/// <param name="UserId">The parent, or the parent of the child whose device this is.</param>
/// <param name="ChildId">The only child that this caller may act for; null for a parent, who may act for each of theirs.</param>
/// <param name="ChildSessionId">The child session of the device; null for a parent.</param>
/// <param name="ParentSessionId">The session of the parent; null for a device.</param>
public sealed record Viewer(long UserId, long? ChildId, long? ChildSessionId, Guid? ParentSessionId)
{
    public static ValueTask<Viewer?> BindAsync(HttpContext context, ParameterInfo parameter) => ValueTask.FromResult<Viewer?>(Of(context.User));

    internal static Viewer Of(ClaimsPrincipal user) => user.HasClaim(Claim.Audience, Audience.Child)
        ? new Viewer(user.Id(Claim.User), user.Id(Claim.Subject), user.Id(Claim.Session), null)
        : new Viewer(user.Id(Claim.Subject), null, null, Guid.Parse(user.FindFirstValue(Claim.Session)!));
}

/// <summary>A signed-in member of staff.</summary>
public sealed record Staff(long AdminId, AdminRole Role)
{
    public static ValueTask<Staff?> BindAsync(HttpContext context, ParameterInfo parameter) =>
        ValueTask.FromResult<Staff?>(new Staff(context.User.Id(Claim.Subject), Enum.Parse<AdminRole>(context.User.FindFirstValue(Claim.Role)!)));
}

/// <summary>What a member of staff may do: <c>admin</c> everything, <c>editor</c> catalog, video and rights, <c>finance</c> contracts, reports, statements.</summary>
public enum AdminRole
{
    Admin,
    Editor,
    Finance,
}

/// <summary>Token audiences: a token for one is nothing to the others.</summary>
internal static class Audience
{
    public const string Parent = "storytime-parent";
    public const string Child = "storytime-child";
    public const string Admin = "storytime-admin";
}

internal static class Claim
{
    public const string Subject = "sub";
    public const string Audience = "aud";
    public const string Session = "sid";
    public const string User = "uid";
    public const string Role = "role";

    public static long Id(this ClaimsPrincipal user, string claim) =>
        long.Parse(user.FindFirstValue(claim) ?? throw new InvalidOperationException($"The token lacks '{claim}'."), CultureInfo.InvariantCulture);
}
