using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Storytime.LocalCloud.S3;

/// <summary>Objects as files. Bytes are written aside, and the object changes in one rename of its metadata, which names the file with its bytes:
/// a reader or a crash sees the old object or the new one, never half of each.</summary>
internal sealed class ObjectStore
{
    private readonly Lock _changing = new();
    private readonly string _folder;
    private readonly string _work;
    private readonly IReadOnlyList<string> _buckets;
    private readonly IReadOnlyList<string> _versioned;
    private readonly TimeProvider _time;

    private ObjectStore(string folder, IReadOnlyList<string> buckets, IReadOnlyList<string> versioned, TimeProvider time)
    {
        (_folder, _buckets, _versioned, _time) = (Path.GetFullPath(folder), buckets, versioned, time);
        _work = Path.Combine(_folder, ".incoming");
        UploadsFolder = Path.Combine(_folder, ".uploads");
    }

    /// <summary>Multipart uploads under way, on the same file system; unlike work files they outlive a restart.</summary>
    public string UploadsFolder { get; }

    /// <exception cref="InvalidOperationException">The folder cannot be written.</exception>
    public static ObjectStore Open(string folder, IReadOnlyList<string> buckets, IReadOnlyList<string> versioned, TimeProvider time)
    {
        var store = new ObjectStore(folder, buckets, versioned, time);
        try
        {
            foreach (var bucket in buckets) Directory.CreateDirectory(store.BucketFolder(bucket));
            // What a crash left half uploaded was never an object.
            if (Directory.Exists(store._work)) Directory.Delete(store._work, recursive: true);
            Directory.CreateDirectory(store._work);
            Directory.CreateDirectory(store.UploadsFolder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"The local cloud cannot write to {folder}: {error.Message}", error);
        }

        return store;
    }

    public bool HasBucket(string bucket) => _buckets.Contains(bucket, StringComparer.Ordinal);

    public bool IsVersioned(string bucket) => _versioned.Contains(bucket, StringComparer.Ordinal);

    /// <summary>A new file on the same file system, to be filled and then given to <see cref="Commit"/>.</summary>
    public string NewWorkFile() => Path.Combine(_work, Guid.NewGuid().ToString("N"));

    public static string NewVersionId() => Guid.NewGuid().ToString("N");

    public DateTimeOffset Now() => DateTimeOffset.FromUnixTimeSeconds(_time.GetUtcNow().ToUnixTimeSeconds());

    /// <summary>Makes the file the object's content; the file is moved, not copied. A versioned bucket keeps what was there before.</summary>
    public void Commit(string bucket, ObjectMetadata metadata, string file)
    {
        var folder = BucketFolder(bucket);
        var meta = ObjectPaths.Metadata(folder, metadata.Key);
        lock (_changing)
        {
            var before = All(meta).Where(version => version.VersionId != metadata.VersionId).ToList();
            Directory.CreateDirectory(Path.GetDirectoryName(meta)!);
            File.Move(file, DataFile(bucket, metadata), overwrite: true);
            var versioned = IsVersioned(bucket);
            WriteVersions(meta, [metadata, .. versioned ? before : []]);
            if (!versioned) before.ForEach(old => File.Delete(DataFile(bucket, old)));
        }
    }

    /// <returns>Null when there is no such object, or when it was deleted.</returns>
    public ObjectMetadata? Find(string bucket, string key) =>
        HasBucket(bucket) && JsonFile.Read<ObjectMetadata>(ObjectPaths.Metadata(BucketFolder(bucket), key)) is { DeleteMarker: false } found ? found : null;

    /// <summary>Newest first, delete markers among them.</summary>
    public IReadOnlyList<ObjectMetadata> Versions(string bucket, string key) => All(ObjectPaths.Metadata(BucketFolder(bucket), key));

    /// <summary>The file with the object's bytes, for programs that read files. It goes when this version is deleted, or replaced in a bucket without versions.</summary>
    public string DataFile(string bucket, ObjectMetadata metadata) => ObjectPaths.Data(BucketFolder(bucket), metadata.Key, metadata.VersionId);

    public bool TryOpen(string bucket, string key, [NotNullWhen(true)] out ObjectMetadata? metadata, [NotNullWhen(true)] out FileStream? data) =>
        TryOpen(bucket, () => Find(bucket, key), out metadata, out data);

    public bool TryOpen(string bucket, Func<ObjectMetadata?> find, [NotNullWhen(true)] out ObjectMetadata? metadata, [NotNullWhen(true)] out FileStream? data)
    {
        // An object that is replaced between the two reads is simply read again.
        for (var attempt = 0; attempt < 5; attempt++)
        {
            metadata = find();
            if (metadata is null) break;
            try
            {
                data = new FileStream(DataFile(bucket, metadata), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 0, FileOptions.Asynchronous);
                return true;
            }
            catch (IOException error) when (error is FileNotFoundException or DirectoryNotFoundException)
            {
            }
        }

        (metadata, data) = (null, null);
        return false;
    }

    /// <returns>The delete marker that a versioned bucket puts on top; null in one without versions, where the object is gone.</returns>
    public ObjectMetadata? Delete(string bucket, string key)
    {
        var meta = ObjectPaths.Metadata(BucketFolder(bucket), key);
        lock (_changing)
        {
            var before = All(meta);
            if (!IsVersioned(bucket))
            {
                Remove(bucket, meta, before, keep: []);
                return null;
            }

            var marker = new ObjectMetadata { Key = key, Size = 0, ETag = "", VersionId = NewVersionId(), LastModified = Now(), DeleteMarker = true };
            Directory.CreateDirectory(Path.GetDirectoryName(meta)!);
            WriteVersions(meta, [marker, .. before]);
            return marker;
        }
    }

    /// <summary>Removes one version for good; the one before it becomes the current one.</summary>
    /// <returns>What was removed, or null when there was no such version.</returns>
    public ObjectMetadata? DeleteVersion(string bucket, string key, string versionId)
    {
        var meta = ObjectPaths.Metadata(BucketFolder(bucket), key);
        lock (_changing)
        {
            var before = All(meta);
            if (before.FirstOrDefault(version => VersionId(bucket, version) == versionId) is not { } gone) return null;
            Remove(bucket, meta, [gone], keep: [.. before.Where(version => version != gone)]);
            return gone;
        }
    }

    /// <summary>In the order of ListObjectsV2: by the UTF-8 bytes of the key.</summary>
    public IReadOnlyList<ObjectMetadata> List(string bucket, string prefix) => [.. Current(bucket, prefix).Where(found => !found.DeleteMarker)];

    /// <summary>In the order of ListObjectVersions: by key, newest first.</summary>
    public IEnumerable<IReadOnlyList<ObjectMetadata>> ListVersions(string bucket, string prefix) => Current(bucket, prefix).Select(All);

    /// <summary>What clients call this version.</summary>
    public string VersionId(string bucket, ObjectMetadata metadata) => IsVersioned(bucket) ? metadata.VersionId : "null";

    private List<ObjectMetadata> Current(string bucket, string prefix)
    {
        var folder = ObjectPaths.FolderOf(BucketFolder(bucket), prefix);
        if (!Directory.Exists(folder)) return [];
        return [.. Directory.EnumerateFiles(folder, "*" + ObjectPaths.MetadataSuffix, SearchOption.AllDirectories)
            .Select(JsonFile.Read<ObjectMetadata>).OfType<ObjectMetadata>()
            .Where(found => found.Key.StartsWith(prefix, StringComparison.Ordinal))
            .OrderBy(found => found.Key, KeyOrder.Instance)];
    }

    /// <summary>All versions of a key are in one file, under the newest.</summary>
    private void WriteVersions(string meta, IReadOnlyList<ObjectMetadata> versions) => JsonFile.Replace(meta, versions[0] with { Earlier = [.. versions.Skip(1)] }, NewWorkFile());

    private static List<ObjectMetadata> All(string meta) => JsonFile.Read<ObjectMetadata>(meta) is { } current ? All(current) : [];

    private static List<ObjectMetadata> All(ObjectMetadata current) => [current with { Earlier = [] }, .. current.Earlier];

    private void Remove(string bucket, string meta, IReadOnlyList<ObjectMetadata> versions, IReadOnlyList<ObjectMetadata> keep)
    {
        if (keep.Count > 0) WriteVersions(meta, keep);
        else File.Delete(meta);
        foreach (var version in versions) File.Delete(DataFile(bucket, version));
    }

    private string BucketFolder(string bucket) => Path.Combine(_folder, bucket);

    public sealed class KeyOrder : IComparer<string>
    {
        public static readonly KeyOrder Instance = new();

        public int Compare(string? x, string? y) => Encoding.UTF8.GetBytes(x!).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(y!));
    }
}
