using System.Buffers;
using MediaServer.Media;

namespace MediaServer.Rtmp;

/// <summary>The server's side of one RTMP connection.</summary>
/// <remarks>
/// <see cref="RtmpSession.Receive"/> stops when a client asks to publish or to play: <see cref="PendingRequest"/> is set and nothing more is
/// consumed until one of the four answers was given. Then call it again with what it left. Who asks for it decides on <c>connect</c> in the
/// same way: <see cref="PendingConnect"/>.
/// </remarks>
public sealed class RtmpServerSession : RtmpSession
{
    private readonly ServerHandshake _handshake;
    private readonly RtmpLimits _limits;
    private readonly bool _decidesOnConnect;
    private readonly PlayControls _controls;
    private ConnectRequest? _connect;
    private uint _mediaStreamId;

    /// <summary>Begins a session.</summary>
    /// <param name="output">Where answers are written: the connection's outbox.</param>
    /// <param name="sink">Takes what the client publishes.</param>
    /// <param name="pool">Slabs for payloads that have to be gathered.</param>
    /// <param name="limits">What the client may cost.</param>
    /// <param name="time">The clock.</param>
    /// <param name="decidesOnConnect">Whether the owner answers <c>connect</c> too, as Adobe authentication needs it.</param>
    public RtmpServerSession(
        IBufferWriter<byte> output, IRtmpMediaSink sink, SlabPool pool, RtmpLimits limits, TimeProvider time, bool decidesOnConnect = false)
        : base(output, sink, pool, limits, time)
    {
        _handshake = new ServerHandshake(output);
        _limits = limits;
        _decidesOnConnect = decidesOnConnect;
        _controls = new PlayControls(Writer);
    }

    /// <summary>Something of <see cref="IsPaused"/>, <see cref="WantsAudio"/> and <see cref="WantsVideo"/> changed while the client plays.</summary>
    /// <remarks>Raised from within <see cref="RtmpSession.Receive"/>. What a player gets again goes on live, video at a random access point.</remarks>
    public event Action? PlayChanged
    {
        add => _controls.Changed += value;
        remove => _controls.Changed -= value;
    }

    /// <summary>The <c>connect</c> that waits for <see cref="AcceptConnect"/> or <see cref="RefuseConnect"/>; only if the owner decides on it.</summary>
    public ConnectRequest? PendingConnect { get; private set; }

    /// <summary>What the client asked for and waits to have answered.</summary>
    public RtmpRequest? PendingRequest { get; private set; }

    /// <summary>Whether the player wants nothing for now.</summary>
    public bool IsPaused => _controls.IsPaused;

    /// <summary>Whether the player wants audio. A client may say so before it plays.</summary>
    public bool WantsAudio => _controls.WantsAudio;

    /// <summary>Whether the player wants video. A client may say so before it plays.</summary>
    public bool WantsVideo => _controls.WantsVideo;

    private protected override bool IsWaiting => PendingRequest is not null || PendingConnect is not null;

    /// <summary>Accepts <c>connect</c>, and says what the server can do to a client that said it knows more than RTMP 1.0.</summary>
    /// <exception cref="InvalidOperationException">No <see cref="PendingConnect"/>.</exception>
    public void AcceptConnect()
    {
        ConnectRequest connect = TakePendingConnect();
        State = RtmpSessionState.Connected;
        Writer.WriteControl(RtmpMessageType.WindowAcknowledgementSize, (uint)_limits.WindowAcknowledgementBytes);
        Writer.WritePeerBandwidth((uint)_limits.WindowAcknowledgementBytes);
        Writer.AnnounceChunkSize();
        Writer.WriteConnected(connect);
    }

    /// <summary>Refuses <c>connect</c>, and closes the session.</summary>
    /// <param name="description">
    /// Shown to the client's user. Encoders that have a user and a password look into it for what Adobe authentication wants next
    /// (<c>authmod=adobe</c>), and connect again.
    /// </param>
    /// <exception cref="InvalidOperationException">No <see cref="PendingConnect"/>.</exception>
    public void RefuseConnect(string description)
    {
        Writer.WriteError(TakePendingConnect().TransactionId, "NetConnection.Connect.Rejected", description);
        Close();
    }

    /// <summary>Lets the client publish: writes <c>NetStream.Publish.Start</c>.</summary>
    /// <exception cref="InvalidOperationException">No <see cref="PublishRequest"/> is pending.</exception>
    public void AcceptPublish()
    {
        _mediaStreamId = Take<PublishRequest>().MessageStreamId;
        State = RtmpSessionState.Publishing;
        TakeMedia();
        Writer.WriteStatus(_mediaStreamId, "status", "NetStream.Publish.Start", "Publishing.");
    }

    /// <summary>Refuses to let the client publish, and closes the session.</summary>
    /// <param name="code">One that encoders understand: <c>NetStream.Publish.BadName</c>, <c>.Denied</c> or <c>.Rejected</c>.</param>
    /// <param name="description">Shown to the encoder's user.</param>
    /// <exception cref="InvalidOperationException">No <see cref="PublishRequest"/> is pending.</exception>
    public void RefusePublish(string code, string description) => Refuse<PublishRequest>(code, description);

    /// <summary>Lets the client play: writes everything that stands before the first frame. Frames follow on message stream 1.</summary>
    /// <exception cref="InvalidOperationException">No <see cref="PlayRequest"/> is pending.</exception>
    public void AcceptPlay()
    {
        _mediaStreamId = Take<PlayRequest>().MessageStreamId;
        State = RtmpSessionState.Playing;
        _controls.Begin();
        Writer.WriteUserControl(UserControlEvent.StreamBegin, _mediaStreamId);
        Writer.WriteStatus(_mediaStreamId, "status", "NetStream.Play.Reset", "Playing and resetting.");
        Writer.WriteStatus(_mediaStreamId, "status", "NetStream.Play.Start", "Playing.");
        Writer.WriteValues(RtmpMessageType.Data, _mediaStreamId, "|RtmpSampleAccess", true, true); // and no NetStream.Data.Start: docs/adr/0004
    }

    /// <summary>Refuses to let the client play, and closes the session.</summary>
    /// <param name="code">Such as <c>NetStream.Play.StreamNotFound</c>.</param>
    /// <param name="description">Shown to the player's user.</param>
    /// <exception cref="InvalidOperationException">No <see cref="PlayRequest"/> is pending.</exception>
    public void RefusePlay(string code, string description) => Refuse<PlayRequest>(code, description);

    /// <summary>Tells a player that the stream is over. Does nothing when the client does not play.</summary>
    public void EndPlay()
    {
        if (State == RtmpSessionState.Playing)
        {
            State = RtmpSessionState.Connected;
            _controls.Reset();
            Writer.WriteUserControl(UserControlEvent.StreamEnd, _mediaStreamId);
            Writer.WriteStatus(_mediaStreamId, "status", "NetStream.Play.Stop", "The stream is over.");
            Writer.WriteStatus(_mediaStreamId, "status", "NetStream.Play.UnpublishNotify", "The stream is over.");
        }
    }

    /// <summary>Tells a player that it cannot keep up and may not go on. Does nothing when the client does not play.</summary>
    /// <param name="description">Shown to the player's user.</param>
    public void CutOffPlay(string description)
    {
        if (State == RtmpSessionState.Playing)
        {
            State = RtmpSessionState.Connected;
            _controls.Reset();
            Writer.WriteStatus(_mediaStreamId, "warning", "NetStream.Play.InsufficientBW", description);
        }
    }

    /// <summary>Tells a publisher that it may not go on, and closes the session. Does nothing when the client does not publish.</summary>
    /// <param name="code">Such as <c>NetStream.Publish.Denied</c>.</param>
    /// <param name="description">Shown to the encoder's user.</param>
    public void EndPublish(string code, string description)
    {
        if (State == RtmpSessionState.Publishing)
        {
            Writer.WriteStatus(_mediaStreamId, "error", code, description);
            Close();
        }
    }

    private protected override long ReceiveHandshake(ReadOnlySequence<byte> received)
    {
        long length = _handshake.Receive(received);
        State = _handshake.IsDone ? RtmpSessionState.Connecting : State;
        return length;
    }

    private protected override void OnBroken(string description)
    {
        if (State != RtmpSessionState.Handshaking)
        {
            Writer.WriteStatus(_mediaStreamId, "error", "NetConnection.Connect.Closed", description);
        }
    }

    // On the stream that was asked for, or on the one that was created: encoders do not always take the same.
    private protected override void OnMedia(in RtmpMessageHeader header, PayloadBuilder payload)
    {
        if (header.MessageStreamId == _mediaStreamId || header.MessageStreamId == CourtesyCalls.CreatedStreamId)
        {
            Sink.OnMedia(header, payload);
        }
        else
        {
            DroppedMessages++;
        }
    }

    private protected override void OnCommand(in RtmpMessageHeader header, RtmpCommand command)
    {
        if (State == RtmpSessionState.Connecting && command.Name != "connect")
        {
            throw new RtmpProtocolException(CloseReason.CommandBeforeConnect, "The first command is not connect.");
        }

        switch (command.Name)
        {
            case "connect":
                OnConnect(command);
                break;
            case "publish" when command.StreamName is { } name:
                OnPublish(header, name);
                break;
            case "play" when command.StreamName is { } name:
                OnPlay(header, name);
                break;
            case "publish" or "play" or "closeStream" or "deleteStream":
                EndStream();
                break;
            case "FCUnpublish":
                CourtesyCalls.Answer(Writer, command);
                EndPublishing();
                break;
            default:
                if (!_controls.TryHandle(header.MessageStreamId, command))
                {
                    CourtesyCalls.Answer(Writer, command);
                }

                break;
        }
    }

    private void OnConnect(RtmpCommand command)
    {
        if (State != RtmpSessionState.Connecting)
        {
            Writer.WriteError(command.TransactionId, "NetConnection.Connect.Rejected", "Connected already.");
            return;
        }

        PendingConnect = _connect = new ConnectRequest(command);
        if (!_decidesOnConnect)
        {
            AcceptConnect();
        }
    }

    private void OnPublish(in RtmpMessageHeader header, string name)
    {
        if (IsFree(header, "NetStream.Publish.BadName"))
        {
            PendingRequest = new PublishRequest(_connect!, name, header.MessageStreamId);
        }
    }

    private void OnPlay(in RtmpMessageHeader header, string name)
    {
        if (!IsFree(header, "NetStream.Play.Failed"))
        {
            return;
        }

        PendingRequest = new PlayRequest(_connect!, name, header.MessageStreamId);
        if (header.MessageStreamId != CourtesyCalls.CreatedStreamId)
        {
            // Frames would come on a stream that the client does not look at, and it would wait for ever: so it is told.
            RefusePlay("NetStream.Play.Failed", "Play on the message stream that createStream gives: 1.");
        }
    }

    private bool IsFree(in RtmpMessageHeader header, string otherwise)
    {
        if (State != RtmpSessionState.Connected)
        {
            Writer.WriteStatus(header.MessageStreamId, "error", otherwise, "One stream for each connection.");
        }

        return State == RtmpSessionState.Connected;
    }

    // Whatever stream the client names: there is one, and some name it by its name.
    private void EndStream()
    {
        if (State == RtmpSessionState.Playing)
        {
            State = RtmpSessionState.Connected;
            _controls.Reset();
            Sink.OnPlayEnded();
        }

        EndPublishing();
    }

    private void EndPublishing()
    {
        if (State == RtmpSessionState.Publishing)
        {
            State = RtmpSessionState.Connected;
            DropMedia();
            Writer.WriteStatus(_mediaStreamId, "status", "NetStream.Unpublish.Success", "Not publishing any more.");
            Sink.OnPublishEnded();
        }
    }

    private void Refuse<T>(string code, string description)
        where T : RtmpRequest
    {
        Writer.WriteStatus(Take<T>().MessageStreamId, "error", code, description);
        Close();
    }

    private ConnectRequest TakePendingConnect()
    {
        ConnectRequest connect = PendingConnect ?? throw new InvalidOperationException($"No {nameof(ConnectRequest)} is pending.");
        PendingConnect = null;
        return connect;
    }

    private T Take<T>()
        where T : RtmpRequest
    {
        T request = PendingRequest as T ?? throw new InvalidOperationException($"No {typeof(T).Name} is pending.");
        PendingRequest = null;
        return request;
    }
}
