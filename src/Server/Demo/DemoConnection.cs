using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using MediaServer.Media;
using MediaServer.Rtmp;

namespace MediaServer.Server.Demo;

/// <summary>
/// One connection of the demo publisher: the client's side of RTMP over a plain socket. One task does everything, so the session is never
/// entered twice.
/// </summary>
internal sealed class DemoConnection : IRtmpMediaSink, IAsyncDisposable
{
    private readonly NetworkStream _stream;
    private readonly PipeReader _input;
    private readonly ArrayBufferWriter<byte> _output = new();
    private readonly RtmpClientSession _session;
    private readonly TimeProvider _time;
    private Task<ReadResult>? _reading;

    private DemoConnection(Socket socket, RtmpClientTarget target, SlabPool pool, TimeProvider time)
    {
        _stream = new NetworkStream(socket, ownsSocket: true);
        _input = PipeReader.Create(_stream, new StreamPipeReaderOptions(leaveOpen: true));
        _session = new RtmpClientSession(_output, this, pool, new RtmpLimits(), time, target, RtmpClientRole.Publish);
        _time = time;
    }

    /// <summary>Connects to this machine and goes through the protocol until the server takes the stream.</summary>
    /// <param name="port">The RTMP port.</param>
    /// <param name="stream">The stream's name, app included.</param>
    /// <param name="pool">For what the server might send.</param>
    /// <param name="time">The clock.</param>
    /// <param name="stopping">Gives up.</param>
    public static async Task<DemoConnection> OpenAsync(int port, string stream, SlabPool pool, TimeProvider time, CancellationToken stopping)
    {
        int slash = stream.LastIndexOf('/');
        var target = new RtmpClientTarget
        {
            Host = $"localhost:{port}",
            App = slash < 0 ? "live" : stream[..slash],
            StreamName = stream[(slash + 1)..],
        };
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port, stopping);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        var connection = new DemoConnection(socket, target, pool, time);
        try
        {
            await connection.HandshakeAsync(stopping);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sends the clip in real time, over and over, its time running on, until the server ends it.</summary>
    public async Task PlayAsync(DemoClip clip, CancellationToken stopping)
    {
        long start = _time.GetTimestamp();
        uint first = clip.Tags.First(tag => !tag.IsConfiguration).Time;
        for (uint turn = 0; ; turn++)
        {
            foreach (DemoTag tag in clip.Tags.Where(tag => turn == 0 || !tag.IsConfiguration))
            {
                uint timestamp = unchecked((turn * clip.LengthMilliseconds) + (tag.Time > first ? tag.Time - first : 0)); // wraps after 49 days
                TimeSpan due = TimeSpan.FromMilliseconds(((long)turn * clip.LengthMilliseconds) + Math.Max(0, (long)tag.Time - first));
                if (!await ReceiveUntilAsync(start, due, stopping))
                {
                    return;
                }

                _session.WriteMedia(tag.Type, timestamp, tag.Body.Span);
                await FlushAsync(stopping);
            }
        }
    }

    public void OnMedia(in RtmpMessageHeader header, PayloadBuilder payload)
    {
        // A server has no media for its publishers.
    }

    public void OnPublishEnded()
    {
        // The session is closed then, which is noticed where it is read.
    }

    public void OnPlayEnded()
    {
        // Nothing is played here.
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (!_session.IsClosed)
            {
                _session.Stop();
                await FlushAsync(CancellationToken.None);
            }
        }
        catch (IOException)
        {
            // The server is gone, and nothing is left to be told.
        }

        _session.Dispose();
        await _stream.DisposeAsync();
        if (_reading is not null)
        {
            await ((Task)_reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await _input.CompleteAsync();
    }

    private async Task HandshakeAsync(CancellationToken stopping)
    {
        _session.Start();
        await FlushAsync(stopping);
        while (_session.State != RtmpSessionState.Publishing)
        {
            if (!await ReceiveAsync(stopping))
            {
                throw new IOException("the server closed the connection");
            }
        }
    }

    // Waits until the clip's time has come, and takes what the server sends meanwhile.
    private async Task<bool> ReceiveUntilAsync(long start, TimeSpan due, CancellationToken stopping)
    {
        while (true)
        {
            TimeSpan left = due - _time.GetElapsedTime(start);
            _reading ??= _input.ReadAsync(stopping).AsTask();
            if (left > TimeSpan.Zero)
            {
                await Task.WhenAny(_reading, Task.Delay(left, _time, stopping));
                stopping.ThrowIfCancellationRequested();
            }

            if (!_reading.IsCompleted)
            {
                return true;
            }

            if (!await ReceiveAsync(stopping))
            {
                return false;
            }
        }
    }

    private async Task<bool> ReceiveAsync(CancellationToken stopping)
    {
        ReadResult read = await (_reading ?? _input.ReadAsync(stopping).AsTask());
        _reading = null;
        _input.AdvanceTo(_session.Receive(read.Buffer), read.Buffer.End);
        await FlushAsync(stopping);
        return !read.IsCompleted && !_session.IsClosed;
    }

    private async Task FlushAsync(CancellationToken stopping)
    {
        await _stream.WriteAsync(_output.WrittenMemory, stopping);
        _output.ResetWrittenCount();
    }
}
