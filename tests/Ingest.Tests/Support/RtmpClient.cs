using System.Buffers;
using System.Net.Sockets;
using MediaServer.Media;
using MediaServer.Rtmp;

namespace MediaServer.Ingest.Tests.Support;

/// <summary>A client over a stream of bytes: a socket, or TLS over one.</summary>
internal sealed class RtmpClient(Stream stream, Socket socket, SlabPool pool) : IRtmpMediaSink, IDisposable
{
    private readonly ArrayBufferWriter<byte> _output = new();
    private readonly byte[] _received = new byte[64 * 1024];
    private RtmpClientSession? _session;
    private int _length;

    public RtmpClient(Socket socket, SlabPool pool)
        : this(new NetworkStream(socket, ownsSocket: true), socket, pool)
    {
    }

    public RtmpClientSession Session => _session ?? throw new InvalidOperationException("Nothing was opened.");

    /// <summary>Goes through the protocol until the server has said yes.</summary>
    /// <exception cref="RtmpProtocolException">It said no.</exception>
    public async Task OpenAsync(string name, RtmpClientRole role, string app = "live")
    {
        var target = new RtmpClientTarget { Host = "localhost", App = app, StreamName = name };
        _session = new RtmpClientSession(_output, this, pool, new RtmpLimits(), TimeProvider.System, target, role);
        _session.Start();
        await ReceiveUntilAsync(() => _session.State is RtmpSessionState.Publishing or RtmpSessionState.Playing);
    }

    /// <summary>Sends one message of the stream that is published.</summary>
    public async Task SendAsync(RtmpMessageType type, uint timestamp, ReadOnlyMemory<byte> body)
    {
        Session.WriteMedia(type, timestamp, body.Span);
        await FlushAsync();
    }

    /// <summary>Sends bytes that no session wrote.</summary>
    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes) => stream.WriteAsync(bytes);

    /// <summary>Says goodbye as an encoder that was stopped.</summary>
    public async Task StopAsync()
    {
        Session.Stop();
        await FlushAsync();
    }

    /// <summary>Goes away without a word.</summary>
    public void Reset() => socket.Close(0);

    /// <summary>Takes what the server says until it is so.</summary>
    public async Task ReceiveUntilAsync(Func<bool> isSo)
    {
        while (!isSo())
        {
            await FlushAsync();
            int read = await stream.ReadAsync(_received.AsMemory(_length)).AsTask().WaitAsync(IngestRig.Limit);
            Assert.NotEqual(0, read);
            _length += read;
            var unread = new ReadOnlySequence<byte>(_received, 0, _length);
            int consumed = (int)unread.GetOffset(Session.Receive(unread));
            _received.AsSpan(consumed, _length - consumed).CopyTo(_received);
            _length -= consumed;
        }
    }

    /// <summary>Waits until the server tells that it may not go on, and gives the code.</summary>
    public async Task<string> ToldAsync()
    {
        RtmpProtocolException told = await Assert.ThrowsAsync<RtmpProtocolException>(() => ReceiveUntilAsync(() => false));
        return told.Message;
    }

    /// <summary>Waits until the server has closed, in order or not.</summary>
    public async Task ClosedAsync()
    {
        try
        {
            while (await stream.ReadAsync(_received).AsTask().WaitAsync(IngestRig.Limit) > 0)
            {
            }
        }
        catch (IOException)
        {
            // reset: closed all the same
        }
    }

    public void OnMedia(in RtmpMessageHeader header, PayloadBuilder payload) => payload.Clear();

    public void OnPublishEnded()
    {
    }

    public void OnPlayEnded()
    {
    }

    public void Dispose()
    {
        _session?.Dispose();
        stream.Dispose();
    }

    private async Task FlushAsync()
    {
        await stream.WriteAsync(_output.WrittenMemory);
        _output.ResetWrittenCount();
    }
}
