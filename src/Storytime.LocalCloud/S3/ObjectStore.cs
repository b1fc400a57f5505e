using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;

namespace Storytime.LocalCloud.S3;

/// <summary>Objects as files. Bytes are written aside, and the object changes in one rename of its metadata, which names the file with its bytes:
/// a reader or a crash sees the old object or the new one, never half of each.</summary>
internal sealed class ObjectStore
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };
    private readonly Lock _changing = new();
    private readonly string _folder;
    private readonly string _work;
    private readonly IReadOnlyList<string> _buckets;
    private readonly TimeProvider _time;

    private ObjectStore(string folder, IReadOnlyList<string> buckets, TimeProvider time)
    {
        (_folder, _buckets, _time) = (Path.GetFullPath(folder), buckets, time);
        _work = Path.Combine(_folder, ".incoming");
    }

    /// <exception cref="InvalidOperationException">The folder cannot be written.</exception>
    public static ObjectStore Open(string folder, IReadOnlyList<string> buckets, TimeProvider time)
    {
        var store = new ObjectStore(folder, buckets, time);
        try
        {
            foreach (var bucket in buckets) Directory.CreateDirectory(store.BucketFolder(bucket));
            // What a crash left half uploaded was never an object.
            if (Directory.Exists(store._work)) Directory.Delete(store._work, recursive: true);
            Directory.CreateDirectory(store._work);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"The local cloud cannot write to {folder}: {error.Message}", error);
        }

        return store;
    }

    public bool HasBucket(string bucket) => _buckets.Contains(bucket, StringComparer.Ordinal);

    /// <summary>A new file on the same file system, to be filled and then given to <see cref="Commit"/>.</summary>
    public string NewWorkFile() => Path.Combine(_work, Guid.NewGuid().ToString("N"));

    public static string NewVersionId() => Guid.NewGuid().ToString("N");

    public DateTimeOffset Now() => DateTimeOffset.FromUnixTimeSeconds(_time.GetUtcNow().ToUnixTimeSeconds());

    /// <summary>Makes the file the object's content; the file is moved, not copied.</summary>
    public void Commit(string bucket, ObjectMetadata metadata, string file)
    {
        var folder = BucketFolder(bucket);
        var (data, meta) = (ObjectPaths.Data(folder, metadata.Key, metadata.VersionId), ObjectPaths.Metadata(folder, metadata.Key));
        var newMeta = NewWorkFile();
        File.WriteAllBytes(newMeta, JsonSerializer.SerializeToUtf8Bytes(metadata, Json));
        lock (_changing)
        {
            var before = Read(meta);
            Directory.CreateDirectory(Path.GetDirectoryName(meta)!);
            File.Move(file, data);
            File.Move(newMeta, meta, overwrite: true);
            if (before is not null) File.Delete(ObjectPaths.Data(folder, before.Key, before.VersionId));
        }
    }

    public ObjectMetadata? Find(string bucket, string key) => HasBucket(bucket) ? Read(ObjectPaths.Metadata(BucketFolder(bucket), key)) : null;

    /// <summary>The file with the object's bytes, for programs that read files. It goes when the object is replaced.</summary>
    public string DataFile(string bucket, ObjectMetadata metadata) => ObjectPaths.Data(BucketFolder(bucket), metadata.Key, metadata.VersionId);

    public bool TryOpen(string bucket, string key, [NotNullWhen(true)] out ObjectMetadata? metadata, [NotNullWhen(true)] out FileStream? data)
    {
        // An object that is replaced between the two reads is simply read again.
        for (var attempt = 0; attempt < 5; attempt++)
        {
            metadata = Find(bucket, key);
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

    public void Delete(string bucket, string key)
    {
        var folder = BucketFolder(bucket);
        lock (_changing)
        {
            if (Read(ObjectPaths.Metadata(folder, key)) is not { } before) return;
            File.Delete(ObjectPaths.Metadata(folder, key));
            File.Delete(ObjectPaths.Data(folder, key, before.VersionId));
        }
    }

    /// <summary>In the order of ListObjectsV2: by the UTF-8 bytes of the key.</summary>
    public IReadOnlyList<ObjectMetadata> List(string bucket, string prefix)
    {
        var folder = ObjectPaths.FolderOf(BucketFolder(bucket), prefix);
        if (!Directory.Exists(folder)) return [];
        return [.. Directory.EnumerateFiles(folder, "*" + ObjectPaths.MetadataSuffix, SearchOption.AllDirectories)
            .Select(Read).OfType<ObjectMetadata>()
            .Where(found => found.Key.StartsWith(prefix, StringComparison.Ordinal))
            .OrderBy(found => found.Key, KeyOrder.Instance)];
    }

    private string BucketFolder(string bucket) => Path.Combine(_folder, bucket);

    private static ObjectMetadata? Read(string metadataFile)
    {
        try
        {
            return JsonSerializer.Deserialize<ObjectMetadata>(File.ReadAllBytes(metadataFile), Json);
        }
        catch (IOException error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private sealed class KeyOrder : IComparer<string>
    {
        public static readonly KeyOrder Instance = new();

        public int Compare(string? x, string? y) => Encoding.UTF8.GetBytes(x!).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(y!));
    }
}
