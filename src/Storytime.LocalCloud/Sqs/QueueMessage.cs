using System.Security.Cryptography;
using System.Text;

namespace Storytime.LocalCloud.Sqs;

/// <summary>A message as it is kept. <see cref="Number"/> orders the messages of a queue by their sending.</summary>
internal sealed record QueueMessage
{
    public required long Number { get; init; }
    public required string Id { get; init; }
    public required string Body { get; init; }
    public required DateTimeOffset SentAt { get; init; }

    /// <summary>Not before this instant can it be received.</summary>
    public required DateTimeOffset VisibleAt { get; init; }

    public int Receives { get; init; }
    public DateTimeOffset? FirstReceivedAt { get; init; }

    /// <summary>Of the latest receive; an earlier one no longer deletes the message.</summary>
    public string Handle() => Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Id} {Receives}"));

    /// <summary>The id in a handle, or null when it is none.</summary>
    public static string? IdIn(string handle)
    {
        var bytes = new byte[handle.Length];
        return Convert.TryFromBase64String(handle, bytes, out var length) && Encoding.UTF8.GetString(bytes, 0, length).Split(' ') is [var id, var receives] && Guid.TryParse(id, out _) && int.TryParse(receives, out _)
            ? id
            : null;
    }

    public static string Md5(string body)
    {
#pragma warning disable CA5351 // SQS tells the MD5 of a body; nothing here trusts it.
        return Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(body)));
#pragma warning restore CA5351
    }
}
