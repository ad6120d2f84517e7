using System.Net.Sockets;

namespace MediaServer.Transport;

/// <summary>Socket options that .NET has no name for.</summary>
internal static class SocketSettings
{
    private const int NotSentLowWatermark = 25; // TCP_NOTSENT_LOWAT

    /// <summary>
    /// Lets the kernel take bytes only while fewer than so many wait unsent in it, so that a slow peer is seen here and not hidden in its
    /// buffer. Linux only; elsewhere it does nothing.
    /// </summary>
    public static void LimitUnsent(this Socket socket, int bytes)
    {
        if (OperatingSystem.IsLinux())
        {
            socket.SetRawSocketOption((int)ProtocolType.Tcp, NotSentLowWatermark, BitConverter.GetBytes(bytes));
        }
    }
}
