using System.Buffers;
using MediaServer.Media;

namespace MediaServer.Rtmp;

/// <summary>The server's side of one RTMP connection.</summary>
/// <remarks>
/// <see cref="RtmpSession.Receive"/> stops when a client asks to publish or to play: <see cref="PendingRequest"/> is set and nothing more is
/// consumed until one of the four answers was given. Then call it again with what it left.
/// </remarks>
public sealed class RtmpServerSession : RtmpSession
{
    private const uint CreatedStreamId = 1; // always: frames carry it in headers that all players share

    private readonly ServerHandshake _handshake;
    private readonly RtmpLimits _limits;
    private string _app = "";
    private string _tcUrl = "";
    private string _flashVersion = "";
    private uint _mediaStreamId;

    /// <summary>Begins a session.</summary>
    /// <param name="output">Where answers are written: the connection's outbox.</param>
    /// <param name="sink">Takes what the client publishes.</param>
    /// <param name="pool">Slabs for payloads that have to be gathered.</param>
    /// <param name="limits">What the client may cost.</param>
    /// <param name="time">The clock.</param>
    public RtmpServerSession(IBufferWriter<byte> output, IRtmpMediaSink sink, SlabPool pool, RtmpLimits limits, TimeProvider time)
        : base(output, sink, pool, limits, time)
    {
        _handshake = new ServerHandshake(output);
        _limits = limits;
    }

    /// <summary>What the client asked for and waits to have answered.</summary>
    public RtmpRequest? PendingRequest { get; private set; }

    private protected override bool IsWaiting => PendingRequest is not null;

    /// <summary>Lets the client publish: writes <c>NetStream.Publish.Start</c>.</summary>
    /// <exception cref="InvalidOperationException">No <see cref="PublishRequest"/> is pending.</exception>
    public void AcceptPublish()
    {
        _mediaStreamId = TakePending<PublishRequest>().MessageStreamId;
        State = RtmpSessionState.Publishing;
        TakeMedia();
        Writer.WriteStatus(_mediaStreamId, "status", "NetStream.Publish.Start", "Publishing.");
    }

    /// <summary>Refuses to let the client publish, and closes the session.</summary>
    /// <param name="code">One that encoders understand: <c>NetStream.Publish.BadName</c>, <c>.Denied</c> or <c>.Rejected</c>.</param>
    /// <param name="description">Shown to the encoder's user.</param>
    /// <exception cref="InvalidOperationException">No <see cref="PublishRequest"/> is pending.</exception>
    public void RefusePublish(string code, string description) => Refuse(TakePending<PublishRequest>(), code, description);

    /// <summary>Lets the client play: writes everything that stands before the first frame. Frames follow on message stream 1.</summary>
    /// <exception cref="InvalidOperationException">No <see cref="PlayRequest"/> is pending.</exception>
    public void AcceptPlay()
    {
        _mediaStreamId = TakePending<PlayRequest>().MessageStreamId;
        State = RtmpSessionState.Playing;
        Writer.WriteUserControl(UserControlEvent.StreamBegin, _mediaStreamId);
        Writer.WriteStatus(_mediaStreamId, "status", "NetStream.Play.Reset", "Playing and resetting.");
        Writer.WriteStatus(_mediaStreamId, "status", "NetStream.Play.Start", "Playing.");
        Writer.WriteValues(RtmpMessageType.Data, _mediaStreamId, "|RtmpSampleAccess", true, true); // and no NetStream.Data.Start: docs/adr/0004
    }

    /// <summary>Refuses to let the client play, and closes the session.</summary>
    /// <param name="code">Such as <c>NetStream.Play.StreamNotFound</c>.</param>
    /// <param name="description">Shown to the player's user.</param>
    /// <exception cref="InvalidOperationException">No <see cref="PlayRequest"/> is pending.</exception>
    public void RefusePlay(string code, string description) => Refuse(TakePending<PlayRequest>(), code, description);

    /// <summary>Tells a player that the stream is over. Does nothing when the client does not play.</summary>
    public void EndPlay()
    {
        if (State == RtmpSessionState.Playing)
        {
            State = RtmpSessionState.Connected;
            Writer.WriteUserControl(UserControlEvent.StreamEnd, _mediaStreamId);
            Writer.WriteStatus(_mediaStreamId, "status", "NetStream.Play.Stop", "The stream is over.");
            Writer.WriteStatus(_mediaStreamId, "status", "NetStream.Play.UnpublishNotify", "The stream is over.");
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
        if (_handshake.IsDone)
        {
            State = RtmpSessionState.Connecting;
        }

        return length;
    }

    // On the stream that was asked for, or on the one that was created: encoders do not always take the same.
    private protected override void OnMedia(in RtmpMessageHeader header, PayloadBuilder payload)
    {
        if (header.MessageStreamId == _mediaStreamId || header.MessageStreamId == CreatedStreamId)
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
            case "createStream":
                Writer.WriteResult(command, CreatedStreamId);
                break;
            case "publish" when command[1].Text is { } name:
                OnPublish(header, name);
                break;
            case "play" when command[1].Text is { } name:
                OnPlay(header, name);
                break;
            case "publish" or "closeStream" or "deleteStream": // publish(false) closes, too
                EndStream();
                break;
            case "FCUnpublish":
                Writer.WriteResult(command);
                EndPublishing();
                break;
            case "releaseStream" or "_checkbw":
                Writer.WriteResult(command);
                break;
            case "FCPublish":
                Writer.WriteResult(command);
                Writer.WriteNotice("onFCPublish", "NetStream.Publish.Start"); // some appliances wait for this one
                break;
            case "FCSubscribe":
                Writer.WriteResult(command);
                Writer.WriteNotice("onFCSubscribe", "NetStream.Play.Start");
                break;
            case "getStreamLength":
                Writer.WriteResult(command, 0);
                break;
            case "pause":
                Writer.WriteStatus(
                    header.MessageStreamId, "status", command[1].IsTrue ? "NetStream.Pause.Notify" : "NetStream.Unpause.Notify", "Live.");
                break;
            case "seek":
                Writer.WriteStatus(header.MessageStreamId, "warning", "NetStream.Seek.Failed", "A live stream cannot be sought in.");
                break;
            case "_result" or "_error" or "onStatus" or "receiveAudio" or "receiveVideo":
                break; // answers to nothing; and whoever does not want audio still gets it, as from other servers
            default:
                Writer.WriteError(command, "NetConnection.Call.Failed", "Unknown method.");
                break;
        }
    }

    private void OnConnect(RtmpCommand command)
    {
        if (State != RtmpSessionState.Connecting)
        {
            Writer.WriteError(command, "NetConnection.Connect.Rejected", "Connected already.");
            return;
        }

        AmfValue about = command[0];
        _app = about["app"].Text ?? "";
        _tcUrl = (about["tcUrl"].Text ?? "").Trim('"', '\'', ' ');
        _flashVersion = about["flashVer"].Text ?? "";
        State = RtmpSessionState.Connected;

        Writer.WriteControl(RtmpMessageType.WindowAcknowledgementSize, (uint)_limits.WindowAcknowledgementBytes);
        Writer.WritePeerBandwidth((uint)_limits.WindowAcknowledgementBytes);
        Writer.AnnounceChunkSize();
        double encoding = about["objectEncoding"].Number;
        Writer.WriteConnected(command, double.IsFinite(encoding) ? encoding : 0);
    }

    private void OnPublish(in RtmpMessageHeader header, string name)
    {
        if (State != RtmpSessionState.Connected)
        {
            Writer.WriteStatus(header.MessageStreamId, "error", "NetStream.Publish.BadName", "One stream for each connection.");
            return;
        }

        var path = StreamPath.From(_app, _tcUrl, name);
        PendingRequest = new PublishRequest
        {
            App = path.App,
            StreamName = path.StreamName,
            Query = path.Query,
            TcUrl = _tcUrl,
            FlashVersion = _flashVersion,
            MessageStreamId = header.MessageStreamId,
        };
    }

    private void OnPlay(in RtmpMessageHeader header, string name)
    {
        if (State != RtmpSessionState.Connected)
        {
            Writer.WriteStatus(header.MessageStreamId, "error", "NetStream.Play.Failed", "One stream for each connection.");
            return;
        }

        var path = StreamPath.From(_app, _tcUrl, name);
        PendingRequest = new PlayRequest
        {
            App = path.App,
            StreamName = path.StreamName,
            Query = path.Query,
            TcUrl = _tcUrl,
            FlashVersion = _flashVersion,
            MessageStreamId = header.MessageStreamId,
        };
    }

    // Whatever stream the client names: there is one, and some name it by its name.
    private void EndStream()
    {
        if (State == RtmpSessionState.Playing)
        {
            State = RtmpSessionState.Connected;
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

    private void Refuse(RtmpRequest request, string code, string description)
    {
        Writer.WriteStatus(request.MessageStreamId, "error", code, description);
        Close();
    }

    private T TakePending<T>()
        where T : RtmpRequest
    {
        T request = PendingRequest as T ?? throw new InvalidOperationException($"No {typeof(T).Name} is pending.");
        PendingRequest = null;
        return request;
    }
}
