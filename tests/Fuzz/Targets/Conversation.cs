using System.Buffers;
using MediaServer.Media;
using MediaServer.Rtmp;
using MediaServer.TestKit;

namespace MediaServer.Fuzz.Targets;

/// <summary>Bytes fed to a session as a connection feeds them, and what came of it.</summary>
internal sealed class Conversation(SlabCheck slabs) : IRtmpMediaSink
{
    private readonly ArrayBufferWriter<byte> _output = new();
    private Fingerprint _events = new();
    private long _slabsReceived;

    /// <summary>What the session handed over and decided, in order.</summary>
    public ulong Events => _events.Value;

    /// <summary>Media messages that were handed over.</summary>
    public int MediaMessages { get; private set; }

    /// <summary>What the session wrote, but for the handshake and acknowledgements: their number depends on the pieces.</summary>
    public ulong Answers { get; private set; }

    /// <summary>Bytes written, without the handshake.</summary>
    public int AnsweredBytes { get; private set; }

    public CloseReason? Fault { get; private set; }

    public RtmpSessionState State { get; private set; }

    /// <summary>Bytes left over: part of a header.</summary>
    public long UnreadBytes { get; private set; }

    /// <summary>Feeds a session.</summary>
    /// <param name="slabs">What it may take memory from.</param>
    /// <param name="open">Makes the session.</param>
    /// <param name="input">The bytes from the handshake on.</param>
    /// <param name="handshakeBytes">Bytes of the handshake in what the session writes.</param>
    /// <param name="arrivals">Where the pieces end, ascending.</param>
    public static Conversation Hold(
        SlabCheck slabs, Func<IBufferWriter<byte>, IRtmpMediaSink, SlabPool, RtmpSession> open, byte[] input, int handshakeBytes, params ReadOnlySpan<int> arrivals)
    {
        var conversation = new Conversation(slabs);
        using (RtmpSession session = open(conversation._output, conversation, slabs.Pool))
        {
            conversation.Feed(session, input, arrivals);
        }

        slabs.AssertAllReturned();
        conversation.ReadAnswers(handshakeBytes);
        return conversation;
    }

    public void OnMedia(in RtmpMessageHeader header, PayloadBuilder payload)
    {
        Oracle.Same(header.LengthBytes, payload.LengthBytes, "length in the header and of the payload");
        MediaMessages++;
        _events.Add((long)header.Type);
        _events.Add(header.Timestamp);
        _events.Add(payload.LengthBytes);
        foreach (FrameFragment fragment in payload.Fragments)
        {
            foreach (byte item in fragment.Span)
            {
                _events.Add([(char)item]); // a byte at a time: fragments differ with the pieces
            }
        }
    }

    public void OnPublishEnded() => _events.Add("publish ended");

    public void OnPlayEnded() => _events.Add("play ended");

    private void Feed(RtmpSession session, byte[] input, ReadOnlySpan<int> arrivals)
    {
        using var received = new SlabSequence(slabs.Pool, input);
        _slabsReceived = slabs.Pool.Outstanding;
        long consumed = 0;
        try
        {
            foreach (int arrived in (ReadOnlySpan<int>)[.. arrivals, input.Length])
            {
                do
                {
                    Answer(session);
                    ReadOnlySequence<byte> unread = received.Sequence.Slice(consumed, arrived - consumed);
                    consumed += unread.Slice(0, session.Receive(unread)).Length;
                    CheckMemory();
                }
                while ((session as RtmpServerSession)?.PendingRequest is not null);
            }
        }
        catch (RtmpProtocolException broken)
        {
            Oracle.Holds(session.IsClosed, "a session with a broken peer goes on");
            Fault = broken.Reason;
        }

        State = session.State;
        UnreadBytes = input.Length - consumed;
        Oracle.Holds(Fault is not null || session.IsClosed || UnreadBytes < 18, "more than a header is left unread");
        _events.Add(session.DroppedMessages);
    }

    private void Answer(RtmpSession session)
    {
        switch ((session as RtmpServerSession)?.PendingRequest)
        {
            case PublishRequest publish:
                Note(publish);
                ((RtmpServerSession)session).AcceptPublish();
                break;
            case PlayRequest play:
                Note(play);
                ((RtmpServerSession)session).AcceptPlay();
                break;
            default:
                break;
        }
    }

    private void Note(RtmpRequest request)
    {
        _events.Add(request.GetType().Name);
        _events.Add(request.Path);
        _events.Add(request.Query);
        _events.Add(request.MessageStreamId);
    }

    // A builder for each chunk stream may hold a slab for copies, and what was copied fills at most as many as were received.
    private void CheckMemory()
    {
        long most = (2 * _slabsReceived) + (2 * new RtmpLimits().MaxChunkStreams) + 4;
        Oracle.Holds(slabs.Pool.Outstanding <= most, "more slabs are held than bytes arrived");
    }

    // What the session writes must be whole messages that its peer can read.
    private void ReadAnswers(int handshakeBytes)
    {
        ReadOnlyMemory<byte> written = _output.WrittenMemory[Math.Min(handshakeBytes, _output.WrittenCount)..];
        AnsweredBytes = written.Length;
        var answers = new Fingerprint();
        using var reader = new ChunkReader(slabs.Pool, new RtmpLimits());
        reader.TakeMedia();
        var input = new SequenceReader<byte>(new ReadOnlySequence<byte>(written));
        while (reader.Read(ref input) is { } message)
        {
            ReadOnlySpan<byte> payload = message.Destination == MessageDestination.Buffer ? message.Buffer.Written : Copy(message.Payload!);
            if (message.Header.Type == RtmpMessageType.SetChunkSize)
            {
                reader.SetChunkSize(System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(payload));
            }

            if (message.Header.Type is RtmpMessageType.Command)
            {
                RtmpCommand.Parse(payload);
            }

            if (message.Header.Type != RtmpMessageType.Acknowledgement)
            {
                answers.Add((long)message.Header.Type);
                answers.Add(payload);
            }

            reader.Finish(message);
        }

        Oracle.Holds(input.End, "the session wrote half a message");
        Answers = answers.Value;
    }

    private static byte[] Copy(PayloadBuilder payload)
    {
        byte[] bytes = new byte[payload.LengthBytes];
        payload.CopyPrefix(bytes);
        return bytes;
    }
}
