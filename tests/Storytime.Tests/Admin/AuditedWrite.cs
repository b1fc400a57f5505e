using Storytime.Platform.Auth;
using Storytime.Tests.Platform;
using Storytime.Tests.Testing;

namespace Storytime.Tests.Admin;

/// <summary>A route by which staff change something, and the one entry that it leaves in the audit trail.</summary>
/// <param name="Entry">Action and subject, as <c>updated book</c>.</param>
/// <param name="Again">What the same call is answered a second time, where that changes nothing; null where it makes another thing each time.</param>
/// <param name="Arrange">Makes what is needed, as the one who will call.</param>
internal sealed record AuditedWrite(string Route, AdminRole By, string Entry, int? Again, Func<AccessHost, ApiClient, Task<AuditedCall>> Arrange)
{
    public static IReadOnlyList<AuditedWrite> All { get; } = [.. AuditedCatalogWrites.All, .. AuditedVideoWrites.All, .. AuditedMoneyWrites.All, .. AuditedAccessWrites.All];

    public string Name => $"{Route.Replace("/admin/api/v1/", "", StringComparison.Ordinal)} → {Entry}";
}

/// <summary>A call, and what its entry says. Of the two sides only those members are named that change; <see cref="Some"/> stands for what nobody knows before.</summary>
/// <param name="Ids">Of the address, in their order.</param>
/// <param name="Subject">Null for what the call makes: its answer tells.</param>
/// <param name="Before">Null where there must be nothing before.</param>
/// <param name="After">Null where there must be nothing after.</param>
internal sealed record AuditedCall(object[] Ids, object? Body, long? Subject, object? Before, object? After)
{
    public const string Some = "*";

    public static AuditedCall Making(object? body, object after, params object[] ids) => new(ids, body, null, null, after);

    public static AuditedCall Changing(long id, object? body, object before, object after) => new([id], body, id, before, after);

    public static AuditedCall Ending(long id, object before) => new([id], null, id, before, null);
}
