using System.Net.Sockets;

namespace MediaServer.Transport.Tests;

/// <summary>The other side of a connection: a plain client.</summary>
internal sealed class Peer(Socket socket, Stream stream) : IDisposable
{
    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        await stream.WriteAsync(bytes).AsTask().Soon();
        await stream.FlushAsync().Soon();
    }

    /// <summary>Reads exactly so many bytes.</summary>
    public async Task<byte[]> ReceiveAsync(int length)
    {
        byte[] bytes = new byte[length];
        await stream.ReadExactlyAsync(bytes).AsTask().Soon();
        return bytes;
    }

    /// <summary>Reads up to so many bytes; 0 is the end.</summary>
    public async Task<int> ReceiveSomeAsync(Memory<byte> room) => await stream.ReadAsync(room).AsTask().Soon();

    /// <summary>Reads until the end; a reset is an end, too.</summary>
    public async Task<byte[]> ReceiveToEndAsync()
    {
        using var received = new MemoryStream();
        byte[] buffer = new byte[64 * 1024];
        try
        {
            int length;
            while ((length = await ReceiveSomeAsync(buffer)) > 0)
            {
                received.Write(buffer, 0, length);
            }
        }
        catch (IOException)
        {
            // cut off
        }

        return received.ToArray();
    }

    /// <summary>Sends the end (FIN, in TLS after its own), and still reads.</summary>
    public async Task FinishAsync()
    {
        if (stream is System.Net.Security.SslStream tls)
        {
            await tls.ShutdownAsync().Soon();
        }

        socket.Shutdown(SocketShutdown.Send);
    }

    /// <summary>Resets the connection.</summary>
    public void Reset() => socket.Close(0);

    public void Dispose()
    {
        stream.Dispose();
        socket.Dispose();
    }
}
