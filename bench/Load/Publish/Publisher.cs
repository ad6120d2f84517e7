using System.Buffers;
using MediaServer.Media;
using MediaServer.Rtmp;

namespace MediaServer.Load;

/// <summary>Publishes a clip over and over in real time, a <c>send</c> for each frame, as encoders do.</summary>
internal sealed class Publisher : LoadClient, IRtmpMediaSink
{
    private readonly ArrayBufferWriter<byte> _output = new();
    private readonly List<byte> _unread = []; // by the session
    private readonly PublishOptions _options;
    private readonly string _streamName;
    private readonly PublishMeter _meter;
    private readonly SlabPool _pool;
    private RtmpClientSession? _session;
    private MessageWriter? _writer;
    private long _liveAt;
    private long _turn;
    private int _next; // tag of the clip
    private uint _videoNumber;
    private uint _audioNumber;

    public Publisher(PublishOptions options, string streamName, SlabPool pool, long dueAt, PublishMeter meter)
        : base(dueAt)
    {
        _options = options;
        _streamName = streamName;
        _pool = pool;
        _meter = meter;
    }

    /// <summary>When its next frame is due.</summary>
    public long NextDue => _liveAt + (((_turn * _options.Clip.LengthMilliseconds) + _options.Clip.Media[_next].Time) * Clock.Millisecond);

    /// <summary>Sends the frame that is due.</summary>
    /// <param name="now">The time.</param>
    /// <param name="scratch">Room for any frame.</param>
    public void SendNext(long now, byte[] scratch)
    {
        Clip clip = _options.Clip;
        ClipTag tag = clip.Media[_next];
        _meter.Lateness.Record(now - NextDue);
        uint number = tag.Type == RtmpMessageType.Video ? _videoNumber++ : _audioNumber++;
        int length = tag.Stamp.Write(tag.Body, Clock.Now, number, scratch);
        uint timestamp = unchecked((uint)((_turn * clip.LengthMilliseconds) + tag.Time)); // wraps after 49 days
        _writer!.Write(tag.Type, timestamp, scratch.AsSpan(0, length));
        _meter.CountFrame(Socket.UnsentBytes);
        Flush();
        _next++;
        if (_next == clip.Media.Count)
        {
            _next = 0;
            _turn++;
        }
    }

    public override void Receive(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _unread.AddRange(bytes);
            var received = new ReadOnlySequence<byte>(_unread.ToArray());
            SequencePosition consumed = _session!.Receive(received);
            _unread.RemoveRange(0, (int)received.Slice(0, consumed).Length);
        }
        catch (RtmpProtocolException fault)
        {
            End(fault.Message);
            return;
        }

        SendAnswers();
        if (_session.State == RtmpSessionState.Publishing && State == ClientState.Starting)
        {
            Begin();
        }
    }

    /// <inheritdoc/>
    void IRtmpMediaSink.OnMedia(in RtmpMessageHeader header, PayloadBuilder payload)
    {
        // A server has no media for its publishers.
    }

    /// <inheritdoc/>
    void IRtmpMediaSink.OnPublishEnded() => End("the server ended the publication");

    /// <inheritdoc/>
    void IRtmpMediaSink.OnPlayEnded()
    {
        // Nothing is played.
    }

    public override void Dispose()
    {
        _session?.Dispose();
        _session = null;
        base.Dispose();
    }

    protected override void OnConnected()
    {
        Target target = _options.Target;
        var stream = new RtmpClientTarget { Host = target.Authority, App = target.App, StreamName = _streamName };
        _session = new RtmpClientSession(_output, this, _pool, new RtmpLimits(), TimeProvider.System, stream, RtmpClientRole.Publish);
        _session.Start();
        SendAnswers();
    }

    protected override void OnSent(int bytes) => _meter.CountBytes(bytes);

    private void Begin()
    {
        _writer = new MessageWriter(Socket, _session!.MessageStreamId, _options.ChunkBytes);
        _writer.Begin();
        foreach (ClipTag tag in _options.Clip.Configuration)
        {
            _writer.Write(tag.Type, 0, tag.Body);
        }

        _liveAt = Clock.Now;
        GoLive();
        _meter.CountLive();
        Flush();
    }

    private void SendAnswers()
    {
        if (State != ClientState.Over && _output.WrittenCount > 0)
        {
            Socket.Write(_output.WrittenSpan);
            _output.ResetWrittenCount();
            Flush();
        }
    }
}
