using System.Net.Sockets;
using System.Text;

namespace MediaServer.EndToEnd.Harness;

/// <summary>A player over HTTP or WebSocket that asks for a stream and takes nothing of it until it is told to.</summary>
internal sealed class StuckPeer : IDisposable
{
    private readonly TcpClient _client;

    private StuckPeer(TcpClient client) => _client = client;

    /// <summary>Asks for a stream over HTTP-FLV, or WebSocket-FLV.</summary>
    public static async Task<StuckPeer> PlayAsync(ServerProcess server, string path, bool isWebSocket)
    {
        var client = new TcpClient();
        await client.ConnectAsync("localhost", server.HttpPort);
        string upgrade = isWebSocket
            ? "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            : "";
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\n{upgrade}\r\n"));
        return new StuckPeer(client);
    }

    /// <summary>Takes all that comes until the server has closed it, or torn it off.</summary>
    public async Task<byte[]> ReadToEndAsync(Func<string> explain)
    {
        using var received = new MemoryStream();
        byte[] buffer = new byte[64 * 1024];
        try
        {
            int length;
            while ((length = await _client.GetStream().ReadAsync(buffer).AsTask().Within(Waiting.Limit, () => $"it is still open. {explain()}")) > 0)
            {
                received.Write(buffer, 0, length);
            }
        }
        catch (IOException)
        {
            // torn off
        }

        return received.ToArray();
    }

    public void Dispose() => _client.Dispose();
}
