using System.Net.Sockets;

namespace MediaServer.EndToEnd.Harness;

/// <summary>Plays over HTTP-FLV.</summary>
internal sealed class FlvViewer(ServerProcess server, string stream) : Viewer(server, stream)
{
    protected override async Task RunAsync(CancellationToken closing)
    {
        using var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (context, cancelled) =>
                new NetworkStream(await ConnectAsync(context.DnsEndPoint.Port, cancelled), ownsSocket: true),
        };
        using var http = new HttpClient(handler);
        using HttpResponseMessage response = await http.GetAsync(Server.FlvUrl(Stream), HttpCompletionOption.ResponseHeadersRead, closing);
        response.EnsureSuccessStatusCode();
        await ReadFlvAsync(await response.Content.ReadAsStreamAsync(closing), closing);
    }
}
