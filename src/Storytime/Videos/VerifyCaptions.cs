using System.Text;
using Microsoft.EntityFrameworkCore;
using Storytime.Data;
using Storytime.Platform.Errors;

namespace Storytime.Videos;

/// <summary>Captions that are to be encoded with a film: an upload of their own, looked into before anything is made of it.</summary>
internal static class VerifyCaptions
{
    /// <summary>A book's words have a few kilobytes.</summary>
    public const int LargestBytes = 1024 * 1024;

    /// <returns>The captions, or why they cannot be taken; neither when there is no key.</returns>
    public static async Task<(CaptionsFile? Captions, ApiError? Refusal)> Async(string? key, string language, StorytimeDb db, VideoBuckets buckets, CancellationToken ct)
    {
        if (key is null)
            return (null, null);
        if (await db.Uploads.AsNoTracking().SingleOrDefaultAsync(u => u.S3Key == key && u.Kind == UploadKind.Captions, ct) is not { } upload)
            return Wrong("This is no key that /uploads/captions gave out.");
        if (upload.Status != UploadStatus.Pending)
            return Wrong("These captions were used already. Upload the file again.");
        if (await buckets.ReadMasterStartAsync(key, LargestBytes, ct) is not { } bytes)
            return Wrong("There is no object under this key that Storytime can see. Finish the upload first.");
        return IsWebVtt(bytes) ? (new CaptionsFile(key, language), null) : Wrong($"{upload.Filename} is no WebVTT file: its first line must be WEBVTT, and it must be UTF-8.");
    }

    /// <summary>In the transaction that makes the asset.</summary>
    /// <returns>Why they cannot be taken any more.</returns>
    public static async Task<ApiError?> UseAsync(CaptionsFile captions, StorytimeDb db, CancellationToken ct)
    {
        var upload = (await db.Uploads.FromSql($"select * from uploads where s3_key = {captions.S3Key} for update").ToListAsync(ct))[0];
        if (upload.Status != UploadStatus.Pending)
            return Wrong("These captions were used already. Upload the file again.").Refusal;
        upload.Use();
        return null;
    }

    /// <summary>https://www.w3.org/TR/webvtt1/#file-structure: an optional byte order mark, WEBVTT, then the line's end or white space.</summary>
    private static bool IsWebVtt(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes).TrimStart('\uFEFF');
            return text.StartsWith("WEBVTT", StringComparison.Ordinal) && (text.Length == 6 || text[6] is ' ' or '\t' or '\n' or '\r');
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    private static (CaptionsFile?, ApiError? Refusal) Wrong(string message) => (null, ApiError.Invalid("captions_s3_key", message));
}
