using System.Net;
using System.Net.Sockets;

namespace MediaServer.Transport;

/// <summary>
/// A connection that only sends, on a socket that somebody else has accepted and reads. It has a descriptor of its own, so neither side's
/// closing can leave the other with a number that is already somebody else's.
/// </summary>
/// <remarks>
/// Both descriptors are the same socket to the kernel: it is closed with the last of them, and a FIN or a reset by either side ends both.
/// Closed in order, this one drops what comes in behind its FIN, whether or not the other still reads.
/// </remarks>
internal sealed class SharedConnection(ShardLoop loop, Socket own, IPEndPoint remoteEndPoint, TransportOptions options)
    : ShardConnection(loop, own, remoteEndPoint, options)
{
    /// <summary>Makes another descriptor for a socket.</summary>
    /// <returns>A socket around it; <see langword="null"/> when the first one is closed, or no TCP socket.</returns>
    public static Socket? TryDuplicate(Socket socket)
    {
        if (socket.AddressFamily is not (AddressFamily.InterNetwork or AddressFamily.InterNetworkV6))
        {
            return null;
        }

        try
        {
            int descriptor = SystemCalls.Duplicate(socket.SafeHandle);
            return descriptor < 0 ? null : new Socket(new SafeSocketHandle(descriptor, ownsHandle: true));
        }
        catch (Exception fault) when (fault is ObjectDisposedException or SocketException)
        {
            return null; // the peer is gone, and whoever had the socket knows it
        }
    }

    /// <summary>Nothing comes in here: the other side reads.</summary>
    internal override void Receive()
    {
    }

    private protected override void Dispose(bool reset)
    {
        if (!reset)
        {
            DoNotReset();
        }

        base.Dispose(reset);
    }

    /// <summary>The other side may have closed with a reset in mind; what the kernel still has is to arrive.</summary>
    private void DoNotReset()
    {
        try
        {
            Socket.LingerState = new LingerOption(false, 0);
        }
        catch (SocketException)
        {
            // the connection is gone: so is the need
        }
    }
}
