using System.Net;
using System.Net.Sockets;

namespace MediaServer.EndToEnd.Harness;

/// <summary>Hands out TCP ports that nobody uses, from below the range that the system takes ports of outgoing connections from.</summary>
internal static class FreePorts
{
    private const int First = 12_000;
    private const int Last = 32_000;

    private static int _next = Random.Shared.Next(First, Last);

    public static int Take()
    {
        while (true)
        {
            int port = First + (Interlocked.Increment(ref _next) % (Last - First));
            try
            {
                using var probe = new TcpListener(IPAddress.IPv6Any, port);
                probe.Server.DualMode = true;
                probe.Start();
                return port;
            }
            catch (SocketException)
            {
                // taken: the next one
            }
        }
    }
}
