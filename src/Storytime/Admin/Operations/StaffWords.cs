using Storytime.Admin.Shell;
using Storytime.Platform.Auth;

namespace Storytime.Admin.Operations;

internal static class StaffWords
{
    /// <summary>Whether somebody can sign in, and if not, what it waits for.</summary>
    public static string State(StaffAccountResponse account, DateTimeOffset now) => account switch
    {
        { DisabledAt: { } closed } => $"closed on {Show.Time(closed)}",
        { HasPassword: true } => "can sign in",
        { SetupExpiresAt: { } expires } when expires > now => $"has not set it up yet; the link ends on {Show.Time(expires)}",
        _ => "not set up, and the link is over: make a new one",
    };

    /// <summary>What a role is for.</summary>
    public static string May(AdminRole role) => role switch
    {
        AdminRole.Admin => "Everything, families and staff included.",
        AdminRole.Editor => "Books, videos, rights and publishers.",
        AdminRole.Finance => "Contracts, reports, revenue and statements.",
    };
}
