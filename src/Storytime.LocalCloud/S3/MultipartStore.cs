using System.Collections.Concurrent;

namespace Storytime.LocalCloud.S3;

/// <summary>Multipart uploads as folders: <c>upload.json</c>, and for each part its bytes and a record that names them. A record changes in one rename, so
/// a crash leaves a part whole or absent. What is left of a completed upload is its record, for the client that asks again.</summary>
internal sealed class MultipartStore(ObjectStore store)
{
    private const string UploadFile = "upload.json";
    private const string PartSuffix = ".part.json";
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _gates = [];

    public void Create(MultipartUpload upload)
    {
        Directory.CreateDirectory(Folder(upload.UploadId));
        Write(upload);
    }

    /// <summary>Parts are committed, and uploads completed or aborted, one after the other.</summary>
    /// <exception cref="S3Error">NoSuchUpload.</exception>
    public async Task<Turn> EnterAsync(S3Request request)
    {
        var upload = Find(request);
        var gate = _gates.GetOrAdd(upload.UploadId, _ => new SemaphoreSlim(1));
        await gate.WaitAsync(request.Aborted);
        return new Turn(gate);
    }

    /// <summary>Also a completed one.</summary>
    /// <exception cref="S3Error">NoSuchUpload.</exception>
    public MultipartUpload Find(S3Request request)
    {
        var id = request.Target.Parameter("uploadId");
        return Guid.TryParseExact(id, "N", out _)
            && JsonFile.Read<MultipartUpload>(Path.Combine(Folder(id), UploadFile)) is { } upload && upload.Bucket == request.Bucket && upload.Key == request.Key ? upload : throw NoSuchUpload();
    }

    /// <exception cref="S3Error">NoSuchUpload.</exception>
    public MultipartUpload FindOpen(S3Request request) => Find(request) is { Completed: null } upload ? upload : throw NoSuchUpload();

    /// <summary>In the order of ListMultipartUploads: by key, then by age.</summary>
    public IReadOnlyList<MultipartUpload> List(string bucket, string prefix) => [.. Directory.EnumerateDirectories(store.UploadsFolder)
        .Select(folder => JsonFile.Read<MultipartUpload>(Path.Combine(folder, UploadFile))).OfType<MultipartUpload>()
        .Where(upload => upload.Completed is null && upload.Bucket == bucket && upload.Key.StartsWith(prefix, StringComparison.Ordinal))
        .OrderBy(upload => upload.Key, StringComparer.Ordinal).ThenBy(upload => upload.Initiated).ThenBy(upload => upload.UploadId, StringComparer.Ordinal)];

    /// <summary>Moves the file in; a part of the same number is replaced.</summary>
    public void CommitPart(MultipartUpload upload, UploadedPart part, string file)
    {
        var record = Path.Combine(Folder(upload.UploadId), $"{part.Number:00000}{PartSuffix}");
        var before = JsonFile.Read<UploadedPart>(record);
        File.Move(file, PartFile(upload, part));
        JsonFile.Replace(record, part, store.NewWorkFile());
        if (before is not null) File.Delete(PartFile(upload, before));
    }

    /// <summary>By part number.</summary>
    public IReadOnlyList<UploadedPart> Parts(MultipartUpload upload) => [.. Directory.EnumerateFiles(Folder(upload.UploadId), "*" + PartSuffix)
        .Order(StringComparer.Ordinal).Select(JsonFile.Read<UploadedPart>).OfType<UploadedPart>()];

    public string PartFile(MultipartUpload upload, UploadedPart part) => Path.Combine(Folder(upload.UploadId), part.File);

    public void Complete(MultipartUpload upload, ObjectMetadata made)
    {
        Write(upload with { Completed = made });
        foreach (var file in Directory.EnumerateFiles(Folder(upload.UploadId)).Where(file => Path.GetFileName(file) != UploadFile)) File.Delete(file);
    }

    public void Abort(MultipartUpload upload)
    {
        // Gone in one step; a crash before the end leaves only what the next start clears away.
        var doomed = store.NewWorkFile();
        Directory.Move(Folder(upload.UploadId), doomed);
        Directory.Delete(doomed, recursive: true);
    }

    private static S3Error NoSuchUpload() =>
        new(404, "NoSuchUpload", "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.");

    private void Write(MultipartUpload upload) => JsonFile.Replace(Path.Combine(Folder(upload.UploadId), UploadFile), upload, store.NewWorkFile());

    private string Folder(string uploadId) => Path.Combine(store.UploadsFolder, uploadId);

    /// <summary>Ends when it is disposed.</summary>
    public readonly struct Turn(SemaphoreSlim gate) : IDisposable
    {
        public void Dispose() => gate.Release();
    }
}
