using System.Collections.Concurrent;
using System.Text.Json;

namespace Storytime.LocalCloud.MediaConvert;

/// <summary>Jobs in memory, each also as a JSON file, so that a restart knows what it left unfinished.</summary>
internal sealed class JobStore
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };
    private readonly ConcurrentDictionary<string, Job> _jobs = new(StringComparer.Ordinal);
    private readonly Lock _changing = new();
    private readonly string _folder;

    private JobStore(string folder) => _folder = folder;

    public IEnumerable<Job> All => _jobs.Values;

    public static JobStore Open(string folder)
    {
        Directory.CreateDirectory(folder);
        var store = new JobStore(folder);
        foreach (var file in Directory.EnumerateFiles(folder, "*.json"))
        {
            var job = JsonSerializer.Deserialize<Job>(File.ReadAllBytes(file), Json)!;
            store._jobs[job.Id] = job;
        }

        return store;
    }

    public Job? Find(string id) => _jobs.GetValueOrDefault(id);

    /// <summary>Adds the job, unless one with the same token was made less than a minute ago: then that one is returned
    /// (https://docs.aws.amazon.com/mediaconvert/latest/apireference/idempotency.html).</summary>
    public (Job Job, bool Added) Add(Job job)
    {
        lock (_changing)
        {
            var earlier = job.Token is null ? null : _jobs.Values
                .FirstOrDefault(known => known.Token == job.Token && job.CreatedAt - known.CreatedAt < TimeSpan.FromMinutes(1));
            if (earlier is not null) return (earlier, false);
            Save(job);
            return (job, true);
        }
    }

    /// <summary>Changes an open job; a finished one stays as it is, whoever was first, and the answer is null.</summary>
    public Job? Update(string id, Func<Job, Job> change, bool save = true)
    {
        lock (_changing)
        {
            if (Find(id) is not { IsOpen: true } job) return null;
            var changed = change(job);
            if (save) Save(changed);
            else _jobs[id] = changed;
            return changed;
        }
    }

    private void Save(Job job)
    {
        var file = Path.Combine(_folder, job.Id + ".json");
        File.WriteAllBytes(file + ".new", JsonSerializer.SerializeToUtf8Bytes(job, Json));
        File.Move(file + ".new", file, overwrite: true);
        _jobs[job.Id] = job;
    }
}
