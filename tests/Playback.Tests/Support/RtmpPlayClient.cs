using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;
using MediaServer.Media;
using MediaServer.Rtmp;

namespace MediaServer.Playback.Tests.Support;

/// <summary>Plays live/show over a socket with a small receive buffer, reading only when a message is asked for.</summary>
internal sealed class RtmpPlayClient : IRtmpMediaSink, IDisposable
{
    private static readonly SearchValues<byte> Letters =
        SearchValues.Create(".ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 16 * 1024 };
    private readonly ArrayBufferWriter<byte> _output = new();
    private readonly SlabPool _pool = new();
    private readonly RtmpClientSession _session;
    private readonly Queue<(RtmpMessageType Type, uint Timestamp, byte FirstByte, int LengthBytes)> _messages = new();
    private readonly List<string> _statuses = [];
    private bool _hasEnded;
    private PipeReader _input = PipeReader.Create(Stream.Null);

    private RtmpPlayClient(string query, RtmpCapabilities capabilities)
    {
        var target = new RtmpClientTarget { Host = "localhost", App = "live", StreamName = $"show{query}", Capabilities = capabilities };
        _session = new RtmpClientSession(_output, this, _pool, new RtmpLimits(), TimeProvider.System, target, RtmpClientRole.Play);
    }

    /// <summary>Whether the server said that the stream is over.</summary>
    public bool WasToldOfTheEnd { get; private set; }

    /// <summary>Codes of the <c>onStatus</c> messages that came, some of them several times.</summary>
    public IReadOnlyList<string> Statuses => _statuses;

    /// <summary>Plays, expecting to be refused.</summary>
    /// <returns>What the server said.</returns>
    public static async Task<string> PlayRefusedAsync(int port, string query)
    {
        RtmpProtocolException refusal = await Assert.ThrowsAsync<RtmpProtocolException>(() => PlayAsync(port, query));
        return refusal.Message;
    }

    public static async Task<RtmpPlayClient> PlayAsync(int port, string query = "", RtmpCapabilities? capabilities = null)
    {
        var client = new RtmpPlayClient(query, capabilities ?? RtmpCapabilities.None);
        await client._socket.ConnectAsync("localhost", port);
        client._input = PipeReader.Create(new NetworkStream(client._socket));
        client._session.Start();
        while (client._session.State != RtmpSessionState.Playing && await client.ReadOnceAsync())
        {
        }

        Assert.Equal(RtmpSessionState.Playing, client._session.State);
        return client;
    }

    /// <summary>The next video message, or null when the server closed the connection.</summary>
    public async Task<(uint Timestamp, bool IsKey, int LengthBytes)?> ReadVideoAsync()
    {
        while (true)
        {
            while (_messages.TryDequeue(out (RtmpMessageType Type, uint Timestamp, byte FirstByte, int LengthBytes) message))
            {
                if (message.Type == RtmpMessageType.Video)
                {
                    return (message.Timestamp, message.FirstByte >> 4 == 1, message.LengthBytes);
                }
            }

            if (_hasEnded)
            {
                return null;
            }

            _hasEnded = !await ReadOnceAsync(); // the end may come together with the last messages
        }
    }

    /// <summary>Sends a command on the stream that is playing, one boolean its argument.</summary>
    public void Call(string name, bool argument)
    {
        var command = new ArrayBufferWriter<byte>();
        Amf0Writer.Write(command, name);
        Amf0Writer.Write(command, 0);
        Amf0Writer.Write(command, AmfValue.Null);
        Amf0Writer.Write(command, argument);
        _output.Write((ReadOnlySpan<byte>)[3, 0, 0, 0, 0, 0, (byte)command.WrittenCount, (byte)RtmpMessageType.Command, 1, 0, 0, 0]); // one chunk
        _output.Write(command.WrittenSpan);
    }

    /// <summary>Sends what was called, and waits until the server says anything.</summary>
    public async Task HearAsync() => Assert.True(await ReadOnceAsync(), "the server closed the connection");

    /// <summary>Waits for an audio message; those before it are passed over.</summary>
    public async Task ReadAudioAsync()
    {
        while (!_messages.TryDequeue(out (RtmpMessageType Type, uint Timestamp, byte FirstByte, int LengthBytes) message)
            || message.Type != RtmpMessageType.Audio)
        {
            Assert.True(_messages.Count > 0 || await ReadOnceAsync(), "the server closed the connection");
        }
    }

    public void OnMedia(in RtmpMessageHeader header, PayloadBuilder payload)
    {
        Span<byte> first = stackalloc byte[1];
        payload.CopyPrefix(first);
        _messages.Enqueue((header.Type, header.Timestamp, first[0], payload.LengthBytes));
    }

    public void OnPublishEnded()
    {
    }

    public void OnPlayEnded() => WasToldOfTheEnd = true;

    public void Dispose()
    {
        _session.Dispose();
        _socket.Dispose();
    }

    private void NoteStatuses(ReadOnlySpan<byte> received)
    {
        for (int at; (at = received.IndexOf("NetStream.Play."u8)) >= 0;)
        {
            received = received[at..];
            int length = received.IndexOfAnyExcept(Letters);
            _statuses.Add(Encoding.ASCII.GetString(received[..Math.Max(length, 1)]));
            received = received[1..];
        }
    }

    private async Task<bool> ReadOnceAsync()
    {
        await _socket.SendAsync(_output.WrittenMemory);
        _output.ResetWrittenCount();
        ReadResult read = await _input.ReadAsync().AsTask().WaitAsync(Limit);
        NoteStatuses(read.Buffer.ToArray());
        _input.AdvanceTo(_session.Receive(read.Buffer), read.Buffer.End);
        await _socket.SendAsync(_output.WrittenMemory);
        _output.ResetWrittenCount();
        return !read.IsCompleted;
    }
}
