using System.Net;
using System.Net.Sockets;

namespace Storytime.LocalCloud;

public static class Loopback
{
    /// <summary>A port that nobody has at this moment, for programs that cannot choose one by themselves.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
