using System.Security.Cryptography;
using Storytime.LocalCloud.CloudFront;
using Storytime.LocalCloud.S3;

namespace Storytime.LocalCloud.MediaConvert;

/// <summary>Moves finished files into the output bucket: segments and pictures first, child manifests next, the main manifest last, so that a viewer
/// who finds a manifest finds all that it names.</summary>
internal sealed class OutputWriter(TranscodePlan plan, ObjectStore store, string folder, double duration)
{
    public IReadOnlyList<OutputGroupResult> Write()
    {
        var hls = new Queue<OutputGroupResult>();
        for (var g = 0; g < plan.Hls.Count; g++) hls.Enqueue(WriteHls(plan.Hls[g], g));
        var captures = new Queue<OutputGroupResult>();
        for (var g = 0; g < plan.Captures.Count; g++) captures.Enqueue(WriteCaptures(plan.Captures[g], g));
        return [.. plan.IsHls.Select(isHls => isHls ? hls.Dequeue() : captures.Dequeue())];
    }

    private OutputGroupResult WriteHls(HlsGroup group, int index)
    {
        var (bucket, path) = (group.Destination.Bucket, group.Destination.Key);
        var name = path[(path.LastIndexOf('/') + 1)..];
        List<(string Key, string Text)> manifests = [];
        List<Variant> variants = [];
        List<OutputResult> results = [];
        for (var r = 0; r < group.Renditions.Count; r++)
        {
            var rendition = group.Renditions[r];
            var files = RenditionFiles.Read(folder, FfmpegArguments.RenditionName(index, r));
            variants.Add(new Variant($"{name}{rendition.Modifier}.m3u8", files, rendition.Picture, rendition.Audio is not null, plan.FrameRate)
            {
                KeyFrames = rendition.KeyFramePlaylist ? KeyFrames.Of(files) : [],
                KeyFramesUri = $"{name}{rendition.Modifier}_I-Frame-Only.m3u8",
            });
            if (rendition.KeyFramePlaylist) manifests.Add(($"{path}{rendition.Modifier}_I-Frame-Only.m3u8", Manifests.KeyFramesOnly(variants[^1].KeyFrames, segment => SegmentUri(name, rendition, segment, "ts"))));
            manifests.Add(($"{path}{rendition.Modifier}.m3u8", Manifests.Child(files.Segments.Select((segment, i) => (SegmentUri(name, rendition, i, "ts"), segment.Seconds)), group.WholeDurations)));
            results.Add(new OutputResult($"s3://{bucket}/{path}{rendition.Modifier}.m3u8", Milliseconds(files.Seconds), rendition.Picture.Width, rendition.Picture.Height, files.AverageBandwidth));
        }

        List<Subtitles> subtitles = [];
        foreach (var caption in group.Captions)
        {
            var segments = Captions.Segment(Captions.Read(store, caption), group.LongCaptions ? 300 : group.SegmentSeconds, duration);
            for (var i = 0; i < segments.Count; i++) PutText(bucket, $"{path}{caption.Modifier}_{i + 1:00000}.vtt", segments[i].Text);
            manifests.Add(($"{path}{caption.Modifier}.m3u8", Manifests.Child(segments.Select((segment, i) => ($"{name}{caption.Modifier}_{i + 1:00000}.vtt", segment.Seconds)), group.WholeDurations)));
            subtitles.Add(new Subtitles($"{name}{caption.Modifier}.m3u8", caption.LanguageCode, caption.Name, caption.Accessible));
            results.Add(new OutputResult($"s3://{bucket}/{path}{caption.Modifier}.m3u8", Milliseconds(duration), null, null, null));
        }

        // Read what the main manifest says before its segments are moved away.
        manifests.Add(($"{path}.m3u8", Manifests.Master(variants, subtitles)));
        for (var r = 0; r < group.Renditions.Count; r++)
        {
            var segments = variants[r].Files.Segments;
            for (var i = 0; i < segments.Count; i++) PutFile(bucket, path[..^name.Length] + SegmentUri(name, group.Renditions[r], i, "ts"), segments[i].File);
        }

        foreach (var (key, text) in manifests) PutText(bucket, key, text);
        return new OutputGroupResult("HLS_GROUP", $"s3://{bucket}/{path}.m3u8", results);
    }

    private OutputGroupResult WriteCaptures(IReadOnlyList<Capture> captures, int index)
    {
        List<OutputResult> results = [];
        for (var c = 0; c < captures.Count; c++)
        {
            var capture = captures[c];
            var files = Directory.GetFiles(folder, FfmpegArguments.CaptureName(index, c) + ".*.jpg").Order(StringComparer.Ordinal).ToList();
            var key = "";
            for (var i = 0; i < files.Count; i++)
            {
                key = $"{capture.Destination.Key}{capture.Modifier}.{i:0000000}.jpg";
                PutFile(capture.Destination.Bucket, key, files[i]);
            }

            // The event names the last picture.
            results.Add(new OutputResult($"s3://{capture.Destination.Bucket}/{key}", Milliseconds(files.Count * capture.IntervalSeconds), capture.Picture.Width, capture.Picture.Height, null));
        }

        return new OutputGroupResult("FILE_GROUP", null, results);
    }

    /// <summary>Five digits from 1; a segment modifier goes before the number.</summary>
    private static string SegmentUri(string name, Rendition rendition, int index, string extension) => $"{name}{rendition.Modifier}{rendition.SegmentModifier}_{index + 1:00000}.{extension}";

    private void PutText(string bucket, string key, string text)
    {
        var file = store.NewWorkFile();
        File.WriteAllText(file, text);
        PutFile(bucket, key, file);
    }

    private void PutFile(string bucket, string key, string file)
    {
        string etag;
        using (var content = File.OpenRead(file))
        {
#pragma warning disable CA5351 // S3's ETag is an MD5; nothing here trusts it.
            etag = Convert.ToHexStringLower(MD5.HashData(content));
#pragma warning restore CA5351
        }

        store.Commit(bucket, new ObjectMetadata
        {
            Key = key,
            Size = new FileInfo(file).Length,
            ETag = etag,
            VersionId = ObjectStore.NewVersionId(),
            LastModified = store.Now(),
            ContentType = CdnPath.Of(key) ?? "binary/octet-stream",
        }, file);
    }

    private static long Milliseconds(double seconds) => (long)Math.Round(seconds * 1000);
}
