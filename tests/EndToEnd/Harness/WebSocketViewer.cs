using System.Net.Sockets;
using System.Net.WebSockets;

namespace MediaServer.EndToEnd.Harness;

/// <summary>Plays over WebSocket-FLV.</summary>
internal sealed class WebSocketViewer(ServerProcess server, string stream) : Viewer(server, stream)
{
    protected override async Task RunAsync(CancellationToken closing)
    {
        using var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (context, cancelled) =>
                new NetworkStream(await ConnectAsync(context.DnsEndPoint.Port, cancelled), ownsSocket: true),
        };
        using var http = new HttpMessageInvoker(handler);
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(Server.FlvUrl(Stream)) { Scheme = "ws" }.Uri, http, closing);
        await using var messages = WebSocketStream.Create(socket, WebSocketMessageType.Binary, ownsWebSocket: false);
        await ReadFlvAsync(messages, closing);
    }
}
