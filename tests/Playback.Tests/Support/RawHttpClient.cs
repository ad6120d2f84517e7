using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MediaServer.Playback.Tests.Support;

/// <summary>A client that says and hears bytes: what stands before, between and after what it asked for is seen, too.</summary>
internal sealed class RawHttpClient : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly NetworkStream _stream;

    private RawHttpClient(int port, int receiveBufferBytes)
    {
        if (receiveBufferBytes > 0)
        {
            _socket.ReceiveBufferSize = receiveBufferBytes;
        }

        _socket.Connect(IPAddress.Loopback, port);
        _stream = new NetworkStream(_socket);
    }

    /// <summary>Connects and asks.</summary>
    /// <param name="port">The server's.</param>
    /// <param name="request">What is said, with a bar for each end of a line.</param>
    /// <param name="receiveBufferBytes">Bytes that its kernel takes before it is read; 0 for many.</param>
    public static RawHttpClient Ask(int port, string request = "GET /live/show.flv HTTP/1.1|Host: localhost||", int receiveBufferBytes = 0)
    {
        var client = new RawHttpClient(port, receiveBufferBytes);
        client.Say(Encoding.ASCII.GetBytes(request.Replace("|", "\r\n", StringComparison.Ordinal)));
        return client;
    }

    public void Say(params byte[] bytes) => _socket.Send(bytes);

    /// <summary>Says that it is done, and still listens.</summary>
    public void Finish() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>Leaves with a reset.</summary>
    public void Reset() => _socket.Close(0);

    /// <summary>The lines of a response's head, which must come first and at once.</summary>
    public async Task<string[]> HearHeadAsync()
    {
        var head = new List<byte>();
        while (head.Count < 4 || !head[^4..].SequenceEqual("\r\n\r\n"u8.ToArray()))
        {
            head.AddRange(await HearAsync(1));
            Assert.True(head.Count < 4096 && head[0] == 'H', $"no head of a response: {Convert.ToHexString(head.ToArray())}");
        }

        return Encoding.ASCII.GetString([.. head]).TrimEnd().Split("\r\n");
    }

    /// <summary>Exactly so many bytes.</summary>
    public async Task<byte[]> HearAsync(int length)
    {
        using var late = new CancellationTokenSource(Limit);
        byte[] bytes = new byte[length];
        await _stream.ReadExactlyAsync(bytes, late.Token);
        return bytes;
    }

    /// <summary>Everything up to the end, which must not be a reset.</summary>
    public async Task<byte[]> HearToEndAsync()
    {
        using var late = new CancellationTokenSource(Limit);
        using var bytes = new MemoryStream();
        await _stream.CopyToAsync(bytes, late.Token);
        return bytes.ToArray();
    }

    public void Dispose()
    {
        _stream.Dispose();
        _socket.Dispose();
    }
}
