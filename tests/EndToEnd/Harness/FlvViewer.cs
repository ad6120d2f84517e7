using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using MediaServer.Media;

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
        PipeReader input = PipeReader.Create(await response.Content.ReadAsStreamAsync(closing));
        var reader = new FlvReader();
        while (true)
        {
            ReadResult read = await ReadAsync(input, closing);
            ReadOnlySequence<byte> received = read.Buffer;
            OperationStatus status;
            while ((status = reader.Read(ref received, out FlvTag tag)) == OperationStatus.Done)
            {
                Add(tag.Kind, tag.Timestamp, tag.Body.ToArray());
            }

            if (status == OperationStatus.InvalidData)
            {
                throw new InvalidDataException($"What came is no FLV: it {reader.Fault}.");
            }

            input.AdvanceTo(received.Start, received.End);
            if (read.IsCompleted)
            {
                return;
            }
        }
    }
}
