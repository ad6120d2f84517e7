using System.Buffers;
using MediaServer.Media;

namespace MediaServer.Rtmp;

/// <summary>The client's side of one RTMP connection, publishing or playing one stream.</summary>
/// <remarks>
/// Call <see cref="Start"/> once, then <see cref="RtmpSession.Receive"/> with what arrives, and send what is written to the output. Once the
/// state is Publishing, frames may be sent with the <see cref="FrameEnvelope.Rtmp"/> envelope if <see cref="MessageStreamId"/> is 1, and by
/// <see cref="WriteMedia"/> in any case. A player's sink gets what the server sends.
/// </remarks>
public sealed class RtmpClientSession : RtmpSession
{
    private const double ConnectTransaction = 1;
    private const double ReleaseTransaction = 2;
    private const double FcPublishTransaction = 3;
    private const double CreateTransaction = 4;
    private const double StreamTransaction = 5;
    private const double EndTransaction = 6;

    private readonly ClientHandshake _handshake;
    private readonly RtmpClientTarget _target;
    private readonly RtmpClientRole _role;

    /// <summary>Begins a session.</summary>
    /// <param name="output">Where bytes for the server are written.</param>
    /// <param name="sink">Takes what the server sends to a player.</param>
    /// <param name="pool">Slabs for payloads that have to be gathered.</param>
    /// <param name="limits">What the server may cost.</param>
    /// <param name="time">The clock.</param>
    /// <param name="target">The stream.</param>
    /// <param name="role">Whether to publish or to play it.</param>
    public RtmpClientSession(
        IBufferWriter<byte> output, IRtmpMediaSink sink, SlabPool pool, RtmpLimits limits, TimeProvider time,
        RtmpClientTarget target, RtmpClientRole role)
        : base(output, sink, pool, limits, time)
    {
        _handshake = new ClientHandshake(output);
        _target = target;
        _role = role;
    }

    /// <summary>The message stream that the server gave us; 0 until it did.</summary>
    public uint MessageStreamId { get; private set; }

    /// <summary>What the server says it can do beyond RTMP 1.0, once it has accepted the connection.</summary>
    public RtmpCapabilities ServerCapabilities { get; private set; } = RtmpCapabilities.None;

    /// <summary>Writes the first bytes of the handshake.</summary>
    public void Start() => _handshake.Start();

    /// <summary>Writes one message of the stream that is being published, copying its payload.</summary>
    /// <param name="type">Audio, video or data.</param>
    /// <param name="timestamp">Milliseconds; 32 bits that wrap.</param>
    /// <param name="payload">An FLV tag body.</param>
    /// <exception cref="InvalidOperationException">The session is not publishing.</exception>
    public void WriteMedia(RtmpMessageType type, uint timestamp, ReadOnlySpan<byte> payload)
    {
        if (State != RtmpSessionState.Publishing)
        {
            throw new InvalidOperationException("The session is not publishing.");
        }

        int chunkStreamId = type switch { RtmpMessageType.Audio => 4, RtmpMessageType.Video => 6, _ => 5 };
        Writer.Write(chunkStreamId, type, timestamp, MessageStreamId, payload);
    }

    /// <summary>Ends publishing or playing in order and closes the session.</summary>
    public void Stop()
    {
        if (State == RtmpSessionState.Publishing)
        {
            Writer.WriteCommand(0, "FCUnpublish", EndTransaction, AmfValue.Null, _target.StreamName);
        }

        if (State is RtmpSessionState.Publishing or RtmpSessionState.Playing)
        {
            Writer.WriteCommand(0, "deleteStream", EndTransaction + 1, AmfValue.Null, (double)MessageStreamId);
        }

        Close();
    }

    private protected override long ReceiveHandshake(ReadOnlySequence<byte> received)
    {
        long length = _handshake.Receive(received);
        if (_handshake.IsDone)
        {
            State = RtmpSessionState.Connecting;
            Writer.AnnounceChunkSize(); // before connect, as OBS does
            Writer.WriteCommand(0, "connect", ConnectTransaction, AmfValue.FromObject(
            [
                new("app", _target.App),
                new("type", "nonprivate"),
                new("flashVer", _target.FlashVersion),
                new("tcUrl", $"rtmp://{_target.Host}/{_target.App}"),
                .. _target.Capabilities.ToProperties(),
            ]));
        }

        return length;
    }

    private protected override void OnMedia(in RtmpMessageHeader header, PayloadBuilder payload) => Sink.OnMedia(header, payload);

    private protected override void OnStreamEnd() => EndPlaying();

    private protected override void OnCommand(in RtmpMessageHeader header, RtmpCommand command)
    {
        switch (command.Name)
        {
            case "_result" when command.TransactionId == ConnectTransaction && State == RtmpSessionState.Connecting:
                State = RtmpSessionState.Connected;
                ServerCapabilities = RtmpCapabilities.From(command[0]);
                CreateStream();
                break;
            case "_result" when command.TransactionId == CreateTransaction && MessageStreamId == 0:
                OnStreamCreated(command[1].Number);
                break;
            case "_error" when command.TransactionId is ConnectTransaction or CreateTransaction or StreamTransaction:
            case "onStatus" when command[1]["level"].Text == "error":
                throw new RtmpProtocolException(CloseReason.RefusedByServer, $"The server refused: {CodeOf(command)}.");
            case "onStatus":
                OnStatus(CodeOf(command));
                break;
            default:
                break; // releaseStream and FCPublish may fail; calls of ours are answered, others are not for us
        }
    }

    private static string CodeOf(RtmpCommand command) => command[1]["code"].Text ?? "no code";

    private void CreateStream()
    {
        if (_role == RtmpClientRole.Publish)
        {
            Writer.WriteCommand(0, "releaseStream", ReleaseTransaction, AmfValue.Null, _target.StreamName);
            Writer.WriteCommand(0, "FCPublish", FcPublishTransaction, AmfValue.Null, _target.StreamName);
        }

        Writer.WriteCommand(0, "createStream", CreateTransaction, AmfValue.Null);
    }

    private void OnStreamCreated(double messageStreamId)
    {
        if (messageStreamId is not (>= 1 and <= uint.MaxValue))
        {
            throw new RtmpProtocolException(CloseReason.RefusedByServer, "The server created no stream.");
        }

        MessageStreamId = (uint)messageStreamId;
        if (_role == RtmpClientRole.Publish)
        {
            Writer.WriteCommand(MessageStreamId, "publish", StreamTransaction, AmfValue.Null, _target.StreamName, "live");
        }
        else
        {
            const double Live = -1000; // tenths of a second before now: a live stream only
            TakeMedia(); // some servers send before they say so
            Writer.WriteCommand(MessageStreamId, "play", StreamTransaction, AmfValue.Null, _target.StreamName, Live);
        }
    }

    private void OnStatus(string code)
    {
        switch (code)
        {
            case "NetStream.Publish.Start" when _role == RtmpClientRole.Publish && State == RtmpSessionState.Connected:
                State = RtmpSessionState.Publishing;
                break;
            case "NetStream.Play.Start" when _role == RtmpClientRole.Play && State == RtmpSessionState.Connected:
                State = RtmpSessionState.Playing;
                break;
            case "NetStream.Unpublish.Success" when State == RtmpSessionState.Publishing:
                State = RtmpSessionState.Connected;
                Sink.OnPublishEnded();
                break;
            case "NetStream.Play.Stop" or "NetStream.Play.UnpublishNotify":
                EndPlaying();
                break;
            default:
                break;
        }
    }

    private void EndPlaying()
    {
        if (State == RtmpSessionState.Playing)
        {
            State = RtmpSessionState.Connected;
            Sink.OnPlayEnded();
        }
    }
}
