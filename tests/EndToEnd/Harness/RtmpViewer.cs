using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using MediaServer.Media;
using MediaServer.Rtmp;

namespace MediaServer.EndToEnd.Harness;

/// <summary>Plays over RTMP.</summary>
internal sealed class RtmpViewer(ServerProcess server, string stream) : Viewer(server, stream), IRtmpMediaSink
{
    private static readonly SlabPool Slabs = new();

    public void OnMedia(in RtmpMessageHeader header, PayloadBuilder payload)
    {
        byte[] body = new byte[payload.LengthBytes];
        payload.CopyPrefix(body);
        Add(
            header.Type switch { RtmpMessageType.Audio => MediaKind.Audio, RtmpMessageType.Video => MediaKind.Video, _ => MediaKind.Data },
            header.Timestamp,
            body);
    }

    /// <summary>Whether the server said that the stream is over, as players need it said.</summary>
    public bool WasToldOfTheEnd { get; private set; }

    public void OnPublishEnded()
    {
    }

    public void OnPlayEnded() => WasToldOfTheEnd = true;

    protected override async Task RunAsync(CancellationToken closing)
    {
        using Socket socket = await ConnectAsync(Server.RtmpPort, closing);
        var output = new ArrayBufferWriter<byte>();
        var target = new RtmpClientTarget { Host = $"localhost:{Server.RtmpPort}", App = "live", StreamName = Stream };
        using var session = new RtmpClientSession(output, this, Slabs, new RtmpLimits(), TimeProvider.System, target, RtmpClientRole.Play);
        PipeReader input = PipeReader.Create(new NetworkStream(socket));
        session.Start();
        while (true)
        {
            await socket.SendAsync(output.WrittenMemory, closing);
            output.ResetWrittenCount();
            if (session.IsClosed)
            {
                return;
            }

            ReadResult read = await ReadAsync(input, closing);
            input.AdvanceTo(session.Receive(read.Buffer), read.Buffer.End);
            if (read.IsCompleted)
            {
                return;
            }
        }
    }
}
