using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace MediaServer.EndToEnd.Harness;

/// <summary>A client that writes RTMP by hand, whatever the protocol says, and notices when it is closed.</summary>
internal sealed class HostilePeer : IAsyncDisposable
{
    /// <summary>The chunk size that a publisher announces.</summary>
    public const int ChunkBytes = 4096;

    private const int HandshakePacketBytes = 1536;

    private readonly TcpClient _client;
    private readonly NetworkStream _stream;

    private HostilePeer(TcpClient client)
    {
        _client = client;
        _stream = client.GetStream();
    }

    /// <summary>Connects and shakes hands.</summary>
    public static async Task<HostilePeer> ConnectAsync(ServerProcess server)
    {
        var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync("localhost", server.RtmpPort);
        var peer = new HostilePeer(client);
        byte[] hello = new byte[1 + HandshakePacketBytes];
        hello[0] = 3;
        await peer._stream.WriteAsync(hello);
        byte[] answer = new byte[1 + (2 * HandshakePacketBytes)];
        await peer._stream.ReadExactlyAsync(answer).AsTask().WaitAsync(Waiting.Limit);
        await peer._stream.WriteAsync(answer.AsMemory(1, HandshakePacketBytes));
        return peer;
    }

    /// <summary>Connects and becomes the publisher of a stream.</summary>
    public static async Task<HostilePeer> PublishAsync(ServerProcess server, string stream)
    {
        HostilePeer peer = await ConnectAsync(server);
        await peer.SendConnectAsync();
        await peer.SendAsync(Message(3, 20, 1, [.. Text("publish"), .. Number(2), 5, .. Text(stream), .. Text("live")]));
        await peer.ReadUntilAsync("NetStream.Publish.Start");
        return peer;
    }

    /// <summary>Asks to play a stream.</summary>
    public async Task PlayAsync(string stream)
    {
        await SendConnectAsync();
        await SendAsync(Message(3, 20, 1, [.. Text("play"), .. Number(2), 5, .. Text(stream)]));
    }

    /// <summary>One message in one chunk with a full header.</summary>
    public static byte[] Message(int chunkStreamId, byte type, uint messageStreamId, byte[] payload) =>
        [.. Header(chunkStreamId, type, messageStreamId, payload.Length), .. payload];

    /// <summary>The header of a message that begins.</summary>
    public static byte[] Header(int chunkStreamId, byte type, uint messageStreamId, int lengthBytes)
    {
        byte[] header = new byte[11];
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(3), ((uint)lengthBytes << 8) | type);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(7), messageStreamId);
        int beyond = chunkStreamId - 64;
        return beyond < 0 ? [(byte)chunkStreamId, .. header] : [1, (byte)beyond, (byte)(beyond >> 8), .. header];
    }

    /// <summary>Sets the chunk size.</summary>
    public static byte[] ChunkSize(uint bytes) => Message(2, 1, 0, [(byte)(bytes >> 24), (byte)(bytes >> 16), (byte)(bytes >> 8), (byte)bytes]);

    /// <summary>AMF0 text.</summary>
    public static byte[] Text(string text) => [2, 0, (byte)text.Length, .. Encoding.ASCII.GetBytes(text)];

    /// <summary>An AMF0 number.</summary>
    public static byte[] Number(double number)
    {
        byte[] bytes = new byte[9];
        BinaryPrimitives.WriteDoubleBigEndian(bytes.AsSpan(1), number);
        return bytes;
    }

    /// <summary>Sends bytes; those that come too late, because it was closed meanwhile, are no fault.</summary>
    public async Task SendAsync(byte[] bytes)
    {
        try
        {
            await _stream.WriteAsync(bytes);
        }
        catch (IOException)
        {
            // closed: that is looked at when it reads
        }
    }

    /// <summary>Waits for words in what the server sends.</summary>
    public async Task ReadUntilAsync(string words)
    {
        byte[] wanted = Encoding.ASCII.GetBytes(words);
        var received = new List<byte>();
        byte[] buffer = new byte[4096];
        while (received.ToArray().AsSpan().IndexOf(wanted) < 0)
        {
            int length = await _stream.ReadAsync(buffer).AsTask().WaitAsync(Waiting.Limit);
            Assert.True(length > 0, $"closed before {words}");
            received.AddRange(buffer.AsSpan(0, length));
        }
    }

    /// <summary>Waits until the server closes it.</summary>
    public async Task WaitForCloseAsync(Func<string> explain)
    {
        byte[] buffer = new byte[4096];
        try
        {
            while (await _stream.ReadAsync(buffer).AsTask().Within(Waiting.Limit, () => $"it is still open. {explain()}") > 0)
            {
                // what it still had to say
            }
        }
        catch (IOException)
        {
            // reset: closed all the same
        }
    }

    private Task SendConnectAsync() => SendAsync(
        [.. ChunkSize(ChunkBytes), .. Message(3, 20, 0, [.. Text("connect"), .. Number(1), 3, 0, 3, .. "app"u8, .. Text("live"), 0, 0, 9])]);

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }
}
