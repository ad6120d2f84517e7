using System.Buffers;
using System.Buffers.Binary;
using MediaServer.Media;
using MediaServer.Rtmp;

namespace MediaServer.Load;

/// <summary>
/// Plays over RTMP. A <see cref="RtmpClientSession"/> does the talking until the server has started to play; from there on only chunk headers
/// are read, and the little that a server wants to hear of a player is answered here.
/// </summary>
internal sealed class RtmpPlayer : Player, IRtmpMediaSink
{
    private const ushort PingRequest = 6; // user control events, RTMP 1.0 §7.1.7
    private const ushort PingResponse = 7;
    private const uint DefaultWindow = 2_500_000;
    private const long KeepAlivePeriod = 20 * Clock.Second;

    private static readonly SearchValues<byte> CodeLetters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz."u8);

    private readonly ArrayBufferWriter<byte> _output = new();
    private readonly List<byte> _unread = []; // by the session
    private readonly ChunkScanner _scanner;
    private readonly Target _target;
    private readonly SlabPool _pool;
    private RtmpClientSession? _session;
    private uint _window = DefaultWindow;
    private long _acknowledged;
    private long _keptAliveAt;
    private bool _hasMedia;

    public RtmpPlayer(Target target, SlabPool pool, long dueAt, PlayerRole role, PlayMeter meter, Schedule schedule)
        : base(dueAt, role, meter, schedule)
    {
        _target = target;
        _pool = pool;
        _scanner = new ChunkScanner(this);
    }

    /// <summary>Says that it is still there, and how much it got, though nobody reads what the server asks.</summary>
    public void KeepAlive(long now)
    {
        Acknowledge();
        if (now - _keptAliveAt > KeepAlivePeriod)
        {
            _keptAliveAt = now;
            AnswerPing(0);
        }

        Flush();
    }

    /// <inheritdoc/>
    public override void OnMessage(RtmpMessageType type, uint timestamp, int lengthBytes, ReadOnlySpan<byte> head)
    {
        switch (type)
        {
            case RtmpMessageType.WindowAcknowledgementSize when head.Length >= sizeof(uint):
                _window = Math.Max(BinaryPrimitives.ReadUInt32BigEndian(head), 4096);
                break;
            case RtmpMessageType.UserControl when _session is null && head.Length >= 6 && BinaryPrimitives.ReadUInt16BigEndian(head) == PingRequest:
                AnswerPing(BinaryPrimitives.ReadUInt32BigEndian(head[2..]));
                break;
            case RtmpMessageType.Command when _session is null && head.IndexOf("NetStream.Play."u8) is var code and >= 0:
                OnStatus(head[code..]);
                break;
            default:
                _hasMedia |= type is RtmpMessageType.Audio or RtmpMessageType.Video;
                base.OnMessage(type, timestamp, lengthBytes, head);
                break;
        }
    }

    /// <inheritdoc/>
    void IRtmpMediaSink.OnMedia(in RtmpMessageHeader header, PayloadBuilder payload)
    {
        // The scanner has seen it.
    }

    /// <inheritdoc/>
    void IRtmpMediaSink.OnPublishEnded()
    {
        // Nothing is published.
    }

    /// <inheritdoc/>
    void IRtmpMediaSink.OnPlayEnded()
    {
        // The server closes the connection, or sends no more: both show.
    }

    public override void Dispose()
    {
        _session?.Dispose();
        _session = null;
        base.Dispose();
    }

    protected override void OnConnected()
    {
        var target = new RtmpClientTarget
        {
            Host = _target.Authority,
            App = _target.App,
            StreamName = _target.StreamName,
            Capabilities = RtmpCapabilities.None,
        };
        _session = new RtmpClientSession(_output, this, _pool, new RtmpLimits(), TimeProvider.System, target, RtmpClientRole.Play);
        _session.Start();
        SendAnswers();
    }

    protected override bool TryRead(ReadOnlySpan<byte> bytes)
    {
        if (_session is not null && !TryTalk(bytes))
        {
            return true; // it is over, and the reason is known
        }

        if (!_scanner.Scan(bytes))
        {
            return false;
        }

        if (_session is { State: RtmpSessionState.Playing } || (_session is not null && _hasMedia))
        {
            _session.Dispose();
            _session = null;
            _acknowledged = Bytes;
            _keptAliveAt = Clock.Now;
        }

        if (_session is null)
        {
            Acknowledge();
        }

        return true;
    }

    private bool TryTalk(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _unread.AddRange(bytes);
            var received = new ReadOnlySequence<byte>(_unread.ToArray());
            SequencePosition consumed = _session!.Receive(received);
            _unread.RemoveRange(0, (int)received.Slice(0, consumed).Length);
            SendAnswers();
            return true;
        }
        catch (RtmpProtocolException fault)
        {
            End(fault.Message);
            return false;
        }
    }

    private void SendAnswers()
    {
        Socket.Write(_output.WrittenSpan);
        _output.ResetWrittenCount();
        Flush();
    }

    private void OnStatus(ReadOnlySpan<byte> code)
    {
        if (code.StartsWith("NetStream.Play.InsufficientBW"u8) || code.StartsWith("NetStream.Play.UnpublishNotify"u8) || code.StartsWith("NetStream.Play.Failed"u8))
        {
            int length = code.IndexOfAnyExcept(CodeLetters);
            End($"the server said {System.Text.Encoding.ASCII.GetString(length < 0 ? code : code[..length])}");
        }
    }

    private void Acknowledge()
    {
        if (Bytes - _acknowledged >= _window / 2)
        {
            _acknowledged = Bytes;
            Span<byte> payload = stackalloc byte[sizeof(uint)];
            BinaryPrimitives.WriteUInt32BigEndian(payload, unchecked((uint)Bytes));
            WriteControl(RtmpMessageType.Acknowledgement, payload);
        }
    }

    private void AnswerPing(uint time)
    {
        Span<byte> payload = stackalloc byte[sizeof(ushort) + sizeof(uint)];
        BinaryPrimitives.WriteUInt16BigEndian(payload, PingResponse);
        BinaryPrimitives.WriteUInt32BigEndian(payload[sizeof(ushort)..], time);
        WriteControl(RtmpMessageType.UserControl, payload);
    }

    private void WriteControl(RtmpMessageType type, ReadOnlySpan<byte> payload)
    {
        Socket.Write([2, 0, 0, 0, 0, 0, (byte)payload.Length, (byte)type, 0, 0, 0, 0]); // one chunk of type 0 on chunk stream 2
        Socket.Write(payload);
    }
}
