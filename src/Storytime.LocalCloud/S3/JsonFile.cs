using System.Text.Json;

namespace Storytime.LocalCloud.S3;

/// <summary>A record on disk. It changes in one rename, so a reader or a crash sees the old one or the new one.</summary>
internal static class JsonFile
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <param name="workFile">A new file on the same file system.</param>
    public static void Replace<T>(string file, T value, string workFile)
    {
        File.WriteAllBytes(workFile, JsonSerializer.SerializeToUtf8Bytes(value, Json));
        File.Move(workFile, file, overwrite: true);
    }

    /// <returns>Null when there is no such file.</returns>
    public static T? Read<T>(string file)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(File.ReadAllBytes(file), Json);
        }
        catch (IOException error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}
