using System.Text.Json.Serialization;

namespace Storytime.Usage;

/// <summary>Why an event was not taken, for programs.</summary>
public enum UsageRejection
{
    /// <summary>Something in it makes no sense, or its playback session is not of this child and book.</summary>
    ValidationFailed,

    /// <summary>It happened more than 30 days ago.</summary>
    TooOld,

    /// <summary>It happens more than 5 minutes from now.</summary>
    InTheFuture,

    /// <summary>The caller has no such child.</summary>
    NotFound,

    /// <summary>The book is not on the child's shelf, and the child never played it.</summary>
    BookNotInLibrary,

    /// <summary>Its <c>event_id</c> is that of another event of the child.</summary>
    Conflict,
}

/// <param name="Index">Place of the event in the batch, from 0.</param>
/// <param name="Code">For programs.</param>
/// <param name="Message">For people.</param>
public sealed record RejectedUsageEvent(int Index, UsageRejection Code, string Message)
{
    /// <summary>The member that is wrong, where it is one.</summary>
    [JsonIgnore]
    public string Field { get; init; } = "";

    /// <summary>The id of a child that it names, whether there is such a child or not.</summary>
    [JsonIgnore]
    public long? ChildId { get; init; }
}
