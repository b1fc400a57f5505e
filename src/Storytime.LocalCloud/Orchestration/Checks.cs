using System.Net;
using System.Net.Sockets;
using Storytime.LocalCloud.Demo;

namespace Storytime.LocalCloud.Orchestration;

/// <summary>What must be there before anything starts; each failing check is one sentence.</summary>
internal static class Checks
{
    public static void Run(RunOptions options)
    {
        if (!File.Exists(options.ProductAssembly))
            throw new SetupException($"Storytime is not built ({options.ProductAssembly} is missing): start it with ./run, which builds it.");
        if (!IsInPath("ffmpeg"))
            throw new SetupException("ffmpeg is not installed: install it with `apt-get install ffmpeg`.");
        if (options.Demo != DemoSize.None)
            FilmStudio.CheckFonts();

        (int Port, string Name)[] ports =
        [
            (options.AppPort, "Storytime"), (options.CdnPort, "the CDN"), (options.S3Port, "S3"),
            (options.MediaConvertPort, "MediaConvert"), (options.DevicePort, "the device page"),
        ];
        foreach (var (port, name) in ports)
        {
            if (!IsFree(port))
                throw new SetupException(
                    $"Port {port} (for {name}) is taken by another program: stop that, or choose other ports, for example PORT_BASE={options.PortBase + 1000} ./run.");
        }
    }

    private static bool IsInPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, program)));

    private static bool IsFree(int port)
    {
        try
        {
            using var ipv4 = new TcpListener(IPAddress.Loopback, port);
            ipv4.Start();
            if (!Socket.OSSupportsIPv6)
                return true;
            using var ipv6 = new TcpListener(IPAddress.IPv6Loopback, port);
            ipv6.Start();
            return true;
        }
        catch (SocketException e)
        {
            // A machine without ::1 is no reason to stop.
            return e.SocketErrorCode == SocketError.AddressNotAvailable;
        }
    }
}
