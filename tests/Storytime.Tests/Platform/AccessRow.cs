using System.Text.RegularExpressions;
using Storytime.Platform.Auth;

namespace Storytime.Tests.Platform;

/// <summary>Who may call a route at all.</summary>
internal enum Who
{
    Anyone,
    Parent,

    /// <summary>A parent, or a device in child mode.</summary>
    Viewer,

    /// <summary>Any role.</summary>
    Staff,
    Editor,
    Finance,
    Admin,
}

/// <summary>One route.</summary>
/// <param name="Route">Method and address, as the app has it, without constraints.</param>
/// <param name="Things">What the ids in its address are of, then those in its body.</param>
/// <param name="Body">A body that is taken, made of the ids.</param>
/// <param name="Answer">What the right caller gets, where it is not 2xx.</param>
/// <param name="Query">With its question mark.</param>
internal sealed partial record Row(string Route, Who Who, Thing[]? Things = null, Func<object[], object?>? Body = null, int? Answer = null, string Query = "")
{
    public Thing[] Things { get; } = Things ?? [];

    public string Method => Route.Split(' ')[0] is var method && method == "ANY" ? "GET" : method;

    /// <summary>May be called by all at the same time. Exports of one account take turns.</summary>
    public bool IsSafe => Method == "GET" && !Route.EndsWith("/export", StringComparison.Ordinal);

    /// <summary>All ours; all theirs; each one alone theirs, and missing.</summary>
    public IEnumerable<Pick[]> Picks()
    {
        var ours = Things.Select(_ => Pick.Ours).ToArray();
        yield return ours;
        if (Things.Any(t => t.IsOwned))
            yield return [.. Things.Select(t => t.IsOwned ? Pick.Theirs : Pick.Ours)];
        foreach (var (i, thing) in Things.Index())
        {
            if (thing.IsOwned && Things.Count(t => t.IsOwned) > 1)
                yield return [.. ours[..i], Pick.Theirs, .. ours[(i + 1)..]];
            if (thing.Missing is not null)
                yield return [.. ours[..i], Pick.Missing, .. ours[(i + 1)..]];
        }
    }

    /// <summary>
    /// The rules of the whole API: first the token, then whether such a caller may come here at all, then whether each thing, one after the other, is there for them.
    /// </summary>
    public Expectation Expect(Caller caller, Pick[] picks)
    {
        var granted = new Expectation(Answer, null, "may do this");
        if (Who == Who.Anyone)
            return granted;
        var isStaffs = Who is Who.Staff or Who.Editor or Who.Finance or Who.Admin;
        if (caller.Standing is Standing.Nobody || isStaffs != (caller.Standing is Standing.Staff))
            return new(401, caller.Code, "has no token for this API");
        if (isStaffs ? !MayStaff(caller.Role!.Value) : Who == Who.Parent && caller.Standing is Standing.Child)
            return new(403, "forbidden", "may not come here");
        var barred = Things.Index().FirstOrDefault(t => picks[t.Index] is Pick.Missing || (t.Item.IsOwned && picks[t.Index] != caller.Reach), (-1, null!));
        return barred.Item is { } thing
            ? new(thing.Refusal, thing.Refusal == 404 ? "not_found" : null, $"has no such {thing.Name}") { Barred = barred.Index }
            : granted;
    }

    /// <param name="ids">In the order of <see cref="Things"/>.</param>
    public string Path(object[] ids)
    {
        var next = 0;
        return Placeholder().Replace(Route.Split(' ')[1], _ => $"{ids[next++]}") + Query;
    }

    public override string ToString() => Route;

    private bool MayStaff(AdminRole role) => role == AdminRole.Admin || Who == Who.Staff || $"{Who}" == $"{role}";

    [GeneratedRegex(@"\{[^}]+\}")]
    private static partial Regex Placeholder();
}

/// <summary>Whose thing, as seen from the first family.</summary>
internal enum Pick
{
    Ours,
    Theirs,
    Missing,
}

/// <param name="Status">Null for any 2xx.</param>
/// <param name="Code">Of the error envelope; null for any.</param>
/// <param name="Reason">Completes "The caller …".</param>
internal sealed record Expectation(int? Status, string? Code, string Reason)
{
    /// <summary>The place of the thing that is not there for the caller; -1 for none.</summary>
    public int Barred { get; init; } = -1;

    public bool IsRefusal => Code is not null || Barred >= 0;

    public string? Problem(Reply reply) =>
        Status is not { } status ? (reply.Status is >= 200 and < 300 ? null : "2xx")
        : reply.Status != status ? $"{status}"
        : Code is not null && reply.ErrorCode != Code ? Code
        : null;
}
