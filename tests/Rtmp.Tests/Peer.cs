using System.Buffers;
using MediaServer.Media;
using MediaServer.TestKit;

namespace MediaServer.Rtmp.Tests;

/// <summary>A server session and the client's end of its wire: what it sends is written by hand, what comes back is read as messages.</summary>
internal sealed class Peer : IDisposable
{
    private readonly LeakCheckingPool _pool = new();
    private readonly ArrayBufferWriter<byte> _output = new();
    private readonly ArrayBufferWriter<byte> _wire = new();
    private readonly ChunkReader _answers;
    private byte[] _unread = [];
    private int _readOutput;

    public Peer(RtmpLimits? limits = null, bool decidesOnConnect = false)
    {
        Session = new RtmpServerSession(_output, Sink, _pool.Pool, limits ?? new RtmpLimits(), Time, decidesOnConnect);
        _answers = new ChunkReader(_pool.Pool, new RtmpLimits());
        _answers.TakeMedia();
        Writer = new ChunkWriter(_wire);
    }

    public RtmpServerSession Session { get; }

    public RecordingSink Sink { get; } = new();

    public ManualTimeProvider Time { get; } = new();

    public SlabPool Pool => _pool.Pool;

    /// <summary>Writes messages to be sent by <see cref="Send()"/>.</summary>
    public ChunkWriter Writer { get; }

    public int UnreadBytes => _unread.Length;

    public static Peer Connected(RtmpLimits? limits = null)
    {
        var peer = new Peer(limits);
        peer.ShakeHands();
        peer.Call("connect", 1, AmfValue.FromObject(new("app", "live"), new("tcUrl", "rtmp://localhost/live")));
        peer.TakeAnswers();
        return peer;
    }

    /// <summary>A peer that has sent <c>connect</c> with these properties behind app and URL; what was answered is unread.</summary>
    public static Peer Connecting(params ReadOnlySpan<AmfProperty> properties)
    {
        var peer = new Peer();
        peer.ShakeHands();
        peer.Call("connect", 1, AmfValue.FromObject([new("app", "live"), new("tcUrl", "rtmp://localhost/live"), .. properties]));
        return peer;
    }

    public static Peer Playing(RtmpLimits? limits = null)
    {
        Peer peer = Connected(limits);
        peer.Call("play", 5, AmfValue.Null, "show");
        peer.Session.AcceptPlay();
        peer.TakeAnswers();
        return peer;
    }

    public static Peer Publishing(RtmpLimits? limits = null)
    {
        Peer peer = Connected(limits);
        peer.Call("publish", 5, AmfValue.Null, "show", "live");
        peer.Session.AcceptPublish();
        peer.TakeAnswers();
        return peer;
    }

    public void ShakeHands()
    {
        byte[] hello = new byte[1 + (2 * 1536)];
        hello[0] = 3;
        Send(hello);
        Assert.Equal(RtmpSessionState.Connecting, Session.State);
        _readOutput = 1 + (2 * 1536);
    }

    /// <summary>Sends a command on message stream 1.</summary>
    public void Call(string name, double transactionId, params ReadOnlySpan<AmfValue> values)
    {
        Writer.WriteCommand(1, name, transactionId, values);
        Send();
    }

    /// <summary>Sends what was written to <see cref="Writer"/>.</summary>
    public void Send()
    {
        byte[] bytes = _wire.WrittenSpan.ToArray();
        _wire.Clear();
        Send(bytes);
    }

    public void Send(string hex) => Send(Wire.Hex(hex));

    public void Send(byte[] bytes)
    {
        var received = new ReadOnlySequence<byte>([.. _unread, .. bytes]);
        _unread = received.Slice(Session.Receive(received)).ToArray();
    }

    public CloseReason SendAndFail(string hex) => Assert.Throws<RtmpProtocolException>(() => Send(hex)).Reason;

    /// <summary>The messages that the server wrote since the last call.</summary>
    public List<Answer> TakeAnswers()
    {
        var answers = new List<Answer>();
        var input = new SequenceReader<byte>(new ReadOnlySequence<byte>(_output.WrittenMemory[_readOutput..]));
        while (_answers.Read(ref input) is { } message)
        {
            Answer answer = Answer.Read(message);
            answers.Add(answer);
            _answers.Finish(message);
            if (answer.Type == RtmpMessageType.SetChunkSize)
            {
                _answers.SetChunkSize(answer.Number);
            }
        }

        Assert.True(input.End);
        _readOutput = _output.WrittenCount;
        return answers;
    }

    public void Dispose()
    {
        _answers.Dispose();
        Session.Dispose();
        _pool.Dispose();
    }
}
