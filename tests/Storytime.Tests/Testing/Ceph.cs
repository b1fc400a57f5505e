using Storytime.LocalCloud;
using Storytime.LocalCloud.Orchestration;

namespace Storytime.Tests.Testing;

/// <summary>
/// A throw-away Ceph of one node with an S3 gateway: Debian's own programs, a temporary folder, objects in memory, loopback only. It asks nobody for a
/// password inside (<c>auth … none</c>); S3 itself checks signatures as ever. https://docs.ceph.com/en/pacific/install/manual-deployment/
/// </summary>
internal sealed class Ceph : IAsyncDisposable
{
    private static readonly string[] _programs = ["monmaptool", "ceph-mon", "ceph", "ceph-osd", "radosgw-admin", "radosgw"];
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("storytime-ceph-").FullName;
    private readonly List<ChildProcess> _daemons = [];
    private readonly int _monitorPort = Loopback.FreePort();
    private readonly int _s3Port = Loopback.FreePort();

    public Uri S3Url => new($"http://127.0.0.1:{_s3Port}");

    /// <summary>With one user, who has these keys.</summary>
    public static async Task<Ceph> StartAsync(string accessKeyId, string secretAccessKey, CancellationToken ct)
    {
        if (_programs.FirstOrDefault(p => !File.Exists(Path.Combine("/usr/bin", p))) is { } missing)
            throw new SetupException($"{missing} is missing; ./test --ceph installs it.");
        for (var attempt = 1; ; attempt++)
        {
            var ceph = new Ceph();
            try
            {
                await ceph.StartAsync([accessKeyId, secretAccessKey], ct);
                return ceph;
            }
            catch (SetupException) when (attempt < 3)
            {
                // Another program may have taken a port in between.
                await ceph.DisposeAsync();
            }
            catch
            {
                await ceph.DisposeAsync();
                throw;
            }
        }
    }

    /// <summary>Nothing in it is worth an orderly end; and without its monitor a storage daemon takes half a minute for one.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var daemon in Enumerable.Reverse(_daemons))
            await daemon.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task StartAsync(string[] keys, CancellationToken ct)
    {
        var (cluster, storage) = ($"{Guid.NewGuid()}", $"{Guid.NewGuid()}");
        await File.WriteAllTextAsync(PathOf("ceph.conf"), Configuration(cluster), ct);
        await RunAsync("monmaptool", ["--create", "--fsid", cluster, "--addv", "a", Monitor, PathOf("monmap")], ct);
        await RunAsync("ceph-mon", ["-i", "a", "--mkfs", "--monmap", PathOf("monmap")], ct);
        await ServeAsync("ceph-mon", "-i", "a", "-f");

        Directory.CreateDirectory(PathOf("osd"));
        await RunAsync("ceph-osd", ["-i", "0", "--mkfs", "--osd-uuid", storage], ct);
        await RunAsync("ceph", ["osd", "new", storage], ct);
        await ServeAsync("ceph-osd", "-i", "0", "-f");

        await RunAsync("radosgw-admin", ["user", "create", "--uid", "storytime", "--display-name", "Storytime", "--access-key", keys[0], "--secret-key", keys[1]], ct);
        await AnswersAsync(await ServeAsync("radosgw", "-n", "client.rgw", "-f"), ct);
    }

    private string Monitor => $"[v2:127.0.0.1:{_monitorPort}]";

    /// <summary>One copy of everything. A monitor waits up to a second before it writes down a change; here each pool and each start would wait for it.</summary>
    private string Configuration(string cluster) => $"""
        [global]
        fsid = {cluster}
        mon_host = {Monitor}
        ms_bind_msgr1 = false
        # radosgw asks for an encrypted connection by itself, which there is none of without keys.
        ms_mon_client_mode = crc
        public_addr = 127.0.0.1
        cluster_addr = 127.0.0.1
        auth_cluster_required = none
        auth_service_required = none
        auth_client_required = none
        keyring = /dev/null
        run_dir = {_folder}
        crash_dir = {_folder}
        log_file =
        pid_file =
        admin_socket =
        osd_pool_default_size = 1
        osd_pool_default_min_size = 1
        osd_pool_default_pg_num = 1
        osd_pool_default_pg_autoscale_mode = off
        osd_crush_chooseleaf_type = 0
        mon_allow_pool_size_one = true
        mon_data_avail_crit = 0
        paxos_propose_interval = 0.02
        paxos_min_wait = 0.01
        mon_data = {PathOf("mon")}
        osd_data = {PathOf("osd")}
        osd_objectstore = memstore
        rgw_data = {_folder}
        rgw_frontends = beast endpoint=127.0.0.1:{_s3Port}

        """;

    private async Task RunAsync(string program, string[] arguments, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(_patience);
        try
        {
            var (exitCode, output) = await ChildProcess.RunAsync(Start(program, arguments), limit.Token);
            if (exitCode != 0)
                throw new SetupException($"{program} {arguments[0]} failed: {output}");
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new SetupException($"{program} {arguments[0]} came to no end in {_patience.TotalSeconds:0} seconds. {await LogsAsync(ct)}");
        }
    }

    private async Task<ChildProcess> ServeAsync(string program, params string[] arguments)
    {
        var daemon = await ChildProcess.StartAsync(Start(program, arguments) with { LogFile = PathOf($"{program}.log") });
        _daemons.Add(daemon);
        return daemon;
    }

    private ChildStart Start(string program, string[] arguments) => new(program, arguments)
    {
        StopSignal = ChildSignal.Kill,
        WorkingFolder = _folder,
        Environment = new Dictionary<string, string> { ["CEPH_CONF"] = PathOf("ceph.conf"), ["CEPH_ARGS"] = "" },
    };

    private async Task AnswersAsync(ChildProcess gateway, CancellationToken ct)
    {
        using var http = new HttpClient();
        using var patience = new CancellationTokenSource(_patience);
        while (!gateway.Process.HasExited && !patience.IsCancellationRequested)
        {
            try
            {
                using var answer = await http.GetAsync(S3Url, ct);
                return;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(50, ct);
            }
        }
        throw new SetupException($"radosgw does not answer at {S3Url}. {await LogsAsync(ct)}");
    }

    private async Task<string> LogsAsync(CancellationToken ct) =>
        string.Concat(await Task.WhenAll(Directory.GetFiles(_folder, "*.log").Select(async f => $"\n{Path.GetFileName(f)}:\n{await File.ReadAllTextAsync(f, ct)}")));

    private string PathOf(string name) => Path.Combine(_folder, name);
}
