using Microsoft.EntityFrameworkCore;
using Storytime.Data;
using Storytime.Platform.Auth;

namespace Storytime.Children;

/// <summary>A child with all that was said about its time.</summary>
internal sealed record ChildWithScreenTime
{
    public required ChildProfile Child { get; init; }

    public required ScreenTime? ScreenTime { get; init; }

    public required ScreenTimeException? Exception { get; init; }

    public required StoryGrace? Grace { get; init; }
}

/// <summary>All that was said about a child's time; nulls where nothing was.</summary>
internal sealed record ScreenTimeFacts(ScreenTime? ScreenTime, ScreenTimeException? Exception, StoryGrace? Grace)
{
    /// <summary>Of a child for whom a parent has said nothing.</summary>
    public static readonly ScreenTimeFacts None = new(null, null, null);
}

internal static class ScreenTimeQueries
{
    /// <summary>One row for each child, in the query that reads the child anyway: who sets no limits does not pay for them.</summary>
    public static IQueryable<ChildWithScreenTime> WithScreenTime(this IQueryable<ChildProfile> children, StorytimeDb db) =>
        from child in children
        join exception in db.ScreenTimeExceptions on child.Id equals exception.ChildProfileId into exceptions
        from exception in exceptions.DefaultIfEmpty()
        join grace in db.StoryGraces on child.Id equals grace.ChildProfileId into graces
        from grace in graces.DefaultIfEmpty()
        select new ChildWithScreenTime { Child = child, ScreenTime = child.ScreenTime, Exception = exception, Grace = grace };

    public static async Task<ScreenTimeFacts> ScreenTimeOfAsync(this StorytimeDb db, long childId, CancellationToken ct) =>
        await db.ChildProfiles.Where(c => c.Id == childId).AsNoTracking().WithScreenTime(db).Select(c => new ScreenTimeFacts(c.ScreenTime, c.Exception, c.Grace)).SingleOrDefaultAsync(ct)
        ?? ScreenTimeFacts.None;

    /// <summary>Lets changes of one child's time come one after the other, each seeing what the one before it left. Nothing happens to someone else's child.</summary>
    public static Task LockChildAsync(this StorytimeDb db, Parent parent, long childId, CancellationToken ct) =>
        db.Database.ExecuteSqlAsync($"select from child_profiles where id = {childId} and user_id = {parent.UserId} for no key update", ct);

    /// <summary>
    /// Notes which story may be watched to its end. Two devices of a child may ask at the same time, and the time may be up for the second one because of what the first
    /// one did; so a note is taken only if the one that was read is still the one that is there.
    /// </summary>
    /// <param name="known">What was read, and decided by.</param>
    /// <returns>False when another device was faster: read and decide again.</returns>
    public static async Task<bool> TryKeepAsync(this StorytimeDb db, StoryGrace grace, StoryGrace? known, CancellationToken ct) =>
        await db.Database.ExecuteSqlAsync($"""
            insert into story_graces (child_profile_id, book_id, ends_at)
            select id, {grace.BookId}, {grace.EndsAt} from child_profiles where id = {grace.ChildProfileId}
            on conflict (child_profile_id) do update set book_id = excluded.book_id, ends_at = excluded.ends_at
                where story_graces.book_id = {known?.BookId} and story_graces.ends_at = {known?.EndsAt}
            """, ct) == 1;
}
