using System.Buffers;
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
    private long _heardAt;
    private long? _pingedAt; // since then nothing was heard
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
        _startedAt = _secondStartedAt = _heardAt = time.GetTimestamp();
        _windowBytes = limits.WindowAcknowledgementBytes;
    }

    /// <summary>How far the session has come.</summary>
    public RtmpSessionState State { get; private protected set; }

    /// <summary>Whether the session is over: refused, stopped, broken by its peer or disposed. What was written is still to be sent.</summary>
    public bool IsClosed => State == RtmpSessionState.Closed;

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
        _heardAt = _time.GetTimestamp();
        _pingedAt = null;
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
        catch (RtmpProtocolException broken)
        {
            OnBroken(broken.Message);
            Close();
            throw;
        }
    }

    /// <summary>
    /// Finds peers that are gone without a goodbye (§7.1.7): one that has been silent for <see cref="RtmpLimits.PingInterval"/> is pinged, one
    /// that says nothing for <see cref="RtmpLimits.PingTimeout"/> after that is gone.
    /// </summary>
    /// <remarks>
    /// For whoever owns the connection: call it first when the client is accepted, then each time that
    /// <see cref="PeerCheck.CheckAgainIn"/> has gone by, on the connection's loop, and send what it wrote. Then a dead peer, publisher or
    /// player, paused or not, is found within the sum of both times and never sooner than the second of them after it was asked. Any byte
    /// from the peer is a sign of life, an answered ping included: so this finds the dead, not those that publish nothing. Before
    /// <c>connect</c> nobody is pinged; that time has a deadline of its own.
    /// </remarks>
    public PeerCheck CheckPeer()
    {
        if (State is not (RtmpSessionState.Connected or RtmpSessionState.Publishing or RtmpSessionState.Playing))
        {
            return new PeerCheck(IsGone: false, _limits.PingInterval);
        }

        long now = _time.GetTimestamp();
        TimeSpan left = _limits.PingInterval - _time.GetElapsedTime(_heardAt, now);
        if (left > TimeSpan.Zero)
        {
            return new PeerCheck(IsGone: false, left);
        }

        if (_pingedAt is not { } pingedAt)
        {
            _pingedAt = now;
            Writer.WriteUserControl(UserControlEvent.PingRequest, unchecked((uint)_time.GetElapsedTime(_startedAt, now).TotalMilliseconds));
            return new PeerCheck(IsGone: false, _limits.PingTimeout);
        }

        left = _limits.PingTimeout - _time.GetElapsedTime(pingedAt, now);
        return left > TimeSpan.Zero ? new PeerCheck(IsGone: false, left) : new PeerCheck(IsGone: true, TimeSpan.Zero);
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

    /// <summary>The peer broke the protocol: the last chance to tell it why.</summary>
    private protected virtual void OnBroken(string description)
    {
    }

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
                HandleControl(ControlMessage.Parse(header.Type, message.Buffer.Written));
                break;
            default:
                DroppedMessages++;
                break;
        }
    }

    private void HandleCommand(in RtmpMessageHeader header, ReadOnlySpan<byte> payload)
    {
        CountCommand();
        bool isWrapped = header.Type == RtmpMessageType.CommandAmf3 && !payload.IsEmpty && payload[0] == 0;
        OnCommand(header, RtmpCommand.Parse(isWrapped ? payload[1..] : payload));
    }

    private void HandleControl(in ControlMessage control)
    {
        switch (control)
        {
            case { Type: RtmpMessageType.SetChunkSize }:
                _chunks.SetChunkSize(control.Value);
                break;
            case { Type: RtmpMessageType.Abort }:
                _chunks.Abort(control.Value);
                break;
            case { Type: RtmpMessageType.WindowAcknowledgementSize, Value: > 0 }:
                _windowBytes = Math.Max(control.Value, LeastWindowBytes);
                break;
            case { Type: RtmpMessageType.UserControl, Event: UserControlEvent.PingRequest }:
                CountCommand();
                Writer.WriteUserControl(UserControlEvent.PingResponse, control.Value);
                break;
            case { Type: RtmpMessageType.UserControl, Event: UserControlEvent.StreamEnd }:
                OnStreamEnd();
                break;
            default:
                break; // acknowledgements and bandwidths do not steer us: the socket does; and Flash knows more events than the specification
        }
    }

    private void CountCommand()
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
    }

    private void HandleDataAmf3(in RtmpMessageHeader header, PayloadBuilder payload)
    {
        var cursor = new PayloadCursor(payload);
        Span<byte> first = stackalloc byte[1];
        if (payload.CopyPrefix(first) == 1 && first[0] == 0)
        {
            cursor.Skip(1);
        }

        int lengthBytes = cursor.RemainingBytes;
        cursor.MoveTo(_part, lengthBytes);
        OnMedia(header with { Type = RtmpMessageType.Data, LengthBytes = lengthBytes }, _part);
        _part.Clear();
    }

    private void HandleAggregate(in RtmpMessageHeader header, PayloadBuilder payload)
    {
        var aggregate = new AggregateReader(header, payload);
        while (aggregate.TryRead(_part, out RtmpMessageHeader tag))
        {
            OnMedia(tag, _part);
            _part.Clear();
        }

        DroppedMessages += aggregate.IsAtEnd ? 0 : 1;
    }
}
