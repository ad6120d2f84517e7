using System.Buffers;
using System.Buffers.Binary;
using MediaServer.Media;

namespace MediaServer.Rtmp;

/// <summary>
/// What both sides of an RTMP connection have in common: handshake, chunks, acknowledgements, control messages. Bytes in, bytes and events
/// out; does no I/O and waits for nothing, so it runs wherever the connection's bytes are. Not thread-safe.
/// </summary>
public abstract class RtmpSession : IDisposable
{
    private const int LeastWindowBytes = 4096; // below, a peer would ask for an acknowledgement per packet

    private readonly ChunkReader _chunks;
    private readonly PayloadBuilder _part; // of a message that carries others
    private readonly RtmpLimits _limits;
    private readonly TimeProvider _time;
    private readonly long _startedAt;
    private long _receivedBytes;
    private long _acknowledgedBytes;
    private long _windowBytes;
    private long _secondStartedAt;
    private int _commandsInSecond;

    private protected RtmpSession(IBufferWriter<byte> output, IRtmpMediaSink sink, SlabPool pool, RtmpLimits limits, TimeProvider time)
    {
        Sink = sink;
        Writer = new ChunkWriter(output);
        _chunks = new ChunkReader(pool, limits);
        _part = new PayloadBuilder(pool);
        _limits = limits;
        _time = time;
        _startedAt = _secondStartedAt = time.GetTimestamp();
        _windowBytes = limits.WindowAcknowledgementBytes;
    }

    /// <summary>How far the session has come.</summary>
    public RtmpSessionState State { get; private protected set; }

    /// <summary>Whether the session is over: refused, stopped, broken by its peer or disposed. What was written is still to be sent.</summary>
    public bool IsClosed => State == RtmpSessionState.Closed;

    /// <summary>Pings sent since the peer answered one.</summary>
    public int UnansweredPings { get; private set; }

    /// <summary>Messages that were dropped: media of no accepted stream, and aggregates that do not add up.</summary>
    public long DroppedMessages { get; private protected set; }

    private protected ChunkWriter Writer { get; }

    private protected IRtmpMediaSink Sink { get; }

    /// <summary>Whether nothing more may be consumed until somebody outside has decided.</summary>
    private protected virtual bool IsWaiting => false;

    /// <summary>Reads what was received, as far as it goes.</summary>
    /// <param name="received">All bytes not consumed so far. Bytes in <see cref="Slab"/>s are retained, not copied.</param>
    /// <returns>Up to where the bytes are consumed. The rest is part of a header, or waits for an answer.</returns>
    /// <exception cref="RtmpProtocolException">The peer broke the protocol, or refused; the session is closed.</exception>
    public SequencePosition Receive(ReadOnlySequence<byte> received)
    {
        try
        {
            if (State == RtmpSessionState.Handshaking)
            {
                long length = ReceiveHandshake(received);
                _receivedBytes += length;
                received = received.Slice(length);
                if (State == RtmpSessionState.Handshaking)
                {
                    return received.Start;
                }
            }

            return ReceiveMessages(received);
        }
        catch (RtmpProtocolException)
        {
            Close();
            throw;
        }
    }

    /// <summary>Asks the peer for a sign of life (RTMP 1.0 §7.1.7, PingRequest). Not before <c>connect</c>.</summary>
    public void SendPing()
    {
        if (State is RtmpSessionState.Connected or RtmpSessionState.Publishing or RtmpSessionState.Playing)
        {
            UnansweredPings++;
            Writer.WriteUserControl(UserControlEvent.PingRequest, unchecked((uint)_time.GetElapsedTime(_startedAt).TotalMilliseconds));
        }
    }

    /// <summary>Gives back what unfinished messages hold.</summary>
    public void Dispose()
    {
        State = RtmpSessionState.Closed;
        _chunks.Dispose();
        _part.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Reads the handshake, and leaves the state Handshaking at its end.</summary>
    /// <returns>How many bytes were consumed.</returns>
    private protected abstract long ReceiveHandshake(ReadOnlySequence<byte> received);

    /// <summary>A command arrived.</summary>
    private protected abstract void OnCommand(in RtmpMessageHeader header, RtmpCommand command);

    /// <summary>An audio, video or data message arrived.</summary>
    private protected abstract void OnMedia(in RtmpMessageHeader header, PayloadBuilder payload);

    /// <summary>The peer says that a stream is over (StreamEOF).</summary>
    private protected virtual void OnStreamEnd()
    {
    }

    private protected void TakeMedia() => _chunks.TakeMedia();

    private protected void DropMedia() => _chunks.DropMedia();

    private protected void Close()
    {
        State = RtmpSessionState.Closed;
        _chunks.DropMedia();
    }

    private SequencePosition ReceiveMessages(ReadOnlySequence<byte> received)
    {
        var input = new SequenceReader<byte>(received);
        while (!IsWaiting && !IsClosed && _chunks.Read(ref input) is { } message)
        {
            Handle(message);
            _chunks.Finish(message);
        }

        _receivedBytes += input.Consumed;
        AcknowledgeIfDue();
        return input.Position;
    }

    // At most once for what was received together, whatever window the peer wants.
    private void AcknowledgeIfDue()
    {
        if (!IsClosed && _receivedBytes - _acknowledgedBytes >= _windowBytes)
        {
            _acknowledgedBytes = _receivedBytes;
            Writer.WriteControl(RtmpMessageType.Acknowledgement, unchecked((uint)_receivedBytes));
        }
    }

    private void Handle(ChunkStream message)
    {
        ref readonly RtmpMessageHeader header = ref message.Header;
        switch (message.Destination)
        {
            case MessageDestination.Payload when header.Type is RtmpMessageType.Audio or RtmpMessageType.Video or RtmpMessageType.Data:
                OnMedia(header, message.Payload!);
                break;
            case MessageDestination.Payload when header.Type == RtmpMessageType.DataAmf3:
                HandleDataAmf3(header, message.Payload!);
                break;
            case MessageDestination.Payload:
                HandleAggregate(header, message.Payload!);
                break;
            case MessageDestination.Buffer when header.Type is RtmpMessageType.Command or RtmpMessageType.CommandAmf3:
                HandleCommand(header, message.Buffer.Written);
                break;
            case MessageDestination.Buffer:
                HandleControl(header.Type, message.Buffer.Written);
                break;
            default:
                DroppedMessages++;
                break;
        }
    }

    private void HandleCommand(in RtmpMessageHeader header, ReadOnlySpan<byte> payload)
    {
        long now = _time.GetTimestamp();
        if (_time.GetElapsedTime(_secondStartedAt, now) >= TimeSpan.FromSeconds(1))
        {
            _secondStartedAt = now;
            _commandsInSecond = 0;
        }

        if (++_commandsInSecond > _limits.MaxCommandsPerSecond)
        {
            throw new RtmpProtocolException(CloseReason.TooManyCommands, $"More than {_limits.MaxCommandsPerSecond} commands in a second.");
        }

        bool isWrapped = header.Type == RtmpMessageType.CommandAmf3 && !payload.IsEmpty && payload[0] == 0;
        OnCommand(header, RtmpCommand.Parse(isWrapped ? payload[1..] : payload));
    }

    private void HandleControl(RtmpMessageType type, ReadOnlySpan<byte> payload)
    {
        int expected = type switch
        {
            RtmpMessageType.UserControl => payload.Length < sizeof(ushort) ? sizeof(ushort) : payload.Length,
            RtmpMessageType.SetPeerBandwidth => sizeof(uint) + 1,
            _ => sizeof(uint),
        };
        if (payload.Length != expected)
        {
            throw Malformed(type, payload.Length);
        }

        switch (type)
        {
            case RtmpMessageType.SetChunkSize:
                _chunks.SetChunkSize(BinaryPrimitives.ReadUInt32BigEndian(payload));
                break;
            case RtmpMessageType.Abort:
                _chunks.Abort(BinaryPrimitives.ReadUInt32BigEndian(payload));
                break;
            case RtmpMessageType.WindowAcknowledgementSize when BinaryPrimitives.ReadUInt32BigEndian(payload) is > 0 and uint window:
                _windowBytes = Math.Max(window, LeastWindowBytes);
                break;
            case RtmpMessageType.UserControl:
                HandleUserControl((UserControlEvent)BinaryPrimitives.ReadUInt16BigEndian(payload), payload[sizeof(ushort)..]);
                break;
            default:
                break; // acknowledgements and bandwidths do not steer us: the socket does
        }
    }

    private void HandleUserControl(UserControlEvent @event, ReadOnlySpan<byte> payload)
    {
        if (@event is not (UserControlEvent.PingRequest or UserControlEvent.PingResponse or UserControlEvent.StreamEnd))
        {
            return; // buffer lengths do not concern us, and Flash knows more events than the specification
        }

        if (payload.Length < sizeof(uint))
        {
            throw Malformed(RtmpMessageType.UserControl, payload.Length);
        }

        if (@event == UserControlEvent.PingRequest)
        {
            Writer.WriteUserControl(UserControlEvent.PingResponse, BinaryPrimitives.ReadUInt32BigEndian(payload));
        }
        else if (@event == UserControlEvent.PingResponse)
        {
            UnansweredPings = 0;
        }
        else
        {
            OnStreamEnd();
        }
    }

    private void HandleDataAmf3(in RtmpMessageHeader header, PayloadBuilder payload)
    {
        var cursor = new PayloadCursor(payload);
        Span<byte> first = stackalloc byte[1];
        if (payload.CopyPrefix(first) == 1 && first[0] == 0)
        {
            cursor.Skip(1);
        }

        HandOver(header with { Type = RtmpMessageType.Data, LengthBytes = cursor.RemainingBytes }, ref cursor);
    }

    // FLV tags one behind the other (§7.1.6), their times relative to the first one's. One that does not add up ends it; none nests.
    private void HandleAggregate(in RtmpMessageHeader header, PayloadBuilder payload)
    {
        const int TagHeaderBytes = 11;
        const int TagTrailerBytes = 4;
        Span<byte> tag = stackalloc byte[TagHeaderBytes];
        uint? firstTimestamp = null;
        for (var cursor = new PayloadCursor(payload); cursor.RemainingBytes > 0; cursor.Skip(TagTrailerBytes))
        {
            if (!cursor.TryCopy(tag))
            {
                DroppedMessages++;
                return;
            }

            var type = (RtmpMessageType)tag[0];
            int length = (tag[1] << 16) | (tag[2] << 8) | tag[3];
            uint timestamp = ((uint)tag[7] << 24) | ((uint)tag[4] << 16) | ((uint)tag[5] << 8) | tag[6];
            firstTimestamp ??= timestamp;
            if (length > cursor.RemainingBytes || type is not (RtmpMessageType.Audio or RtmpMessageType.Video or RtmpMessageType.Data))
            {
                DroppedMessages++;
                return;
            }

            HandOver(
                new RtmpMessageHeader(type, unchecked(header.Timestamp + timestamp - firstTimestamp.Value), length, header.MessageStreamId),
                ref cursor);
        }
    }

    private void HandOver(in RtmpMessageHeader header, ref PayloadCursor cursor)
    {
        cursor.MoveTo(_part, header.LengthBytes);
        OnMedia(header, _part);
        _part.Clear();
    }

    private static RtmpProtocolException Malformed(RtmpMessageType type, int lengthBytes) =>
        new(CloseReason.MalformedControlMessage, $"A control message of type {type} and {lengthBytes} bytes.");
}
