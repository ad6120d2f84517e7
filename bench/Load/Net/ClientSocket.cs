using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using MediaServer.Media;
using MediaServer.Transport;

namespace MediaServer.Load;

/// <summary>A TCP connection to the server that never waits. What it cannot send at once it keeps, and goes on with when told to.</summary>
internal sealed class ClientSocket : IDisposable
{
    private readonly Socket _socket;
    private byte[] _unsent = [];
    private int _start;
    private int _end;

    private ClientSocket(Socket socket)
    {
        _socket = socket;
        Descriptor = (int)socket.SafeHandle.DangerousGetHandle();
    }

    public int Descriptor { get; }

    /// <summary>Bytes that the kernel has not taken yet.</summary>
    public int UnsentBytes => _end - _start;

    /// <summary>Begins to connect.</summary>
    /// <param name="address">The server.</param>
    /// <param name="receiveBufferBytes">What the kernel may hold for us; the system's default for null.</param>
    /// <returns>The socket, or null when that failed at once.</returns>
    public static ClientSocket? Connect(IPEndPoint address, int? receiveBufferBytes = null)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { Blocking = false, NoDelay = true };
        if (receiveBufferBytes is { } bytes)
        {
            socket.ReceiveBufferSize = bytes;
        }

        var connection = new ClientSocket(socket);
        if (NativeSocket.BeginConnect(connection.Descriptor, address.Serialize().Buffer.Span))
        {
            return connection;
        }

        connection.Dispose();
        return null;
    }

    /// <summary>Why it did not connect; null when it did.</summary>
    public string? GetConnectFault()
    {
        int error = (int)_socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)!;
        return error == 0 ? null : new SocketException(error).Message;
    }

    /// <summary>Receives what is there.</summary>
    /// <param name="buffer">Pinned.</param>
    public ReceiveResult Receive(byte[] buffer) =>
        ResultOf(SystemCalls.Receive(Descriptor, Marshal.UnsafeAddrOfPinnedArrayElement(buffer, 0), buffer.Length));

    /// <summary>Drops what is there without looking at it.</summary>
    /// <param name="buffer">Pinned; not written to.</param>
    public ReceiveResult Discard(byte[] buffer) =>
        ResultOf(NativeSocket.Discard(Descriptor, Marshal.UnsafeAddrOfPinnedArrayElement(buffer, 0), buffer.Length));

    /// <summary>Adds bytes to those that are to be sent.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (_unsent.Length - _end < bytes.Length)
        {
            byte[] larger = UnsentBytes + bytes.Length <= _unsent.Length ? _unsent : new byte[Math.Max(4096, 2 * (UnsentBytes + bytes.Length))];
            Buffer.BlockCopy(_unsent, _start, larger, 0, UnsentBytes);
            (_unsent, _start, _end) = (larger, 0, UnsentBytes);
        }

        bytes.CopyTo(_unsent.AsSpan(_end));
        _end += bytes.Length;
    }

    /// <summary>Sends as much as the kernel takes.</summary>
    /// <returns>Bytes sent, or −1 when the connection is broken.</returns>
    public unsafe int Flush()
    {
        int sent = 0;
        fixed (byte* first = _unsent)
        {
            while (UnsentBytes > 0)
            {
                int taken = SystemCalls.Send(Descriptor, [new IoVector((nint)first + _start, UnsentBytes)]);
                if (taken < 0)
                {
                    return Marshal.GetLastPInvokeError() == SystemCalls.WouldBlock ? sent : -1;
                }

                _start += taken;
                sent += taken;
            }
        }

        _start = _end = 0;
        return sent;
    }

    public void Dispose() => _socket.Dispose();

    private static ReceiveResult ResultOf(int received) => received switch
    {
        > 0 => new ReceiveResult(received, HasEnded: false),
        0 => new ReceiveResult(0, HasEnded: true),
        _ => new ReceiveResult(0, HasEnded: Marshal.GetLastPInvokeError() is not (SystemCalls.WouldBlock or SystemCalls.Interrupted)),
    };
}
