using System.Buffers;
using MediaServer.Media;
using MediaServer.TestKit;

namespace MediaServer.Rtmp.Tests;

/// <summary>Plays bytes of a client to a server session that accepts everything, as a connection would: received into slabs, piece by piece.</summary>
internal sealed class Replay
{
    private const int HandshakeBytes = 1 + (2 * 1536);

    private readonly RecordingSink _sink = new();
    private readonly ArrayBufferWriter<byte> _output = new();

    private Replay(SlabPool pool, byte[] bytes, int[] cuts)
    {
        using var session = new RtmpServerSession(_output, _sink, pool, new RtmpLimits(), new ManualTimeProvider());
        using var received = new SlabSequence(pool, bytes, cuts.Length == 1 ? cuts : []); // a byte each would take a slab each
        long consumed = 0;
        foreach (int arrived in (int[])[.. cuts, bytes.Length])
        {
            do
            {
                Answer(session);
                ReadOnlySequence<byte> unread = received.Sequence.Slice(consumed, arrived - consumed);
                consumed += unread.Slice(0, session.Receive(unread)).Length;
            }
            while (session.PendingRequest is not null);
        }
    }

    /// <summary>Requests, media and ends, one line each.</summary>
    public List<string> Events => _sink.Events;

    /// <summary>The last request.</summary>
    public RtmpRequest? Request { get; private set; }

    /// <summary>What the server wrote behind the handshake, whose bytes are random.</summary>
    public byte[] Answers => _output.WrittenSpan[Math.Min(HandshakeBytes, _output.WrittenCount)..].ToArray();

    public static byte[] Load(string capture) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Captures", $"{capture}.bin"));

    public static Replay Whole(SlabPool pool, byte[] bytes) => new(pool, bytes, []);

    /// <summary>The bytes arrive in pieces that end at the cuts.</summary>
    public static Replay InPieces(SlabPool pool, byte[] bytes, params int[] cuts) => new(pool, bytes, cuts);

    private void Answer(RtmpServerSession session)
    {
        Request = session.PendingRequest ?? Request;
        switch (session.PendingRequest)
        {
            case PublishRequest publish:
                _sink.Events.Add($"publish {publish}");
                session.AcceptPublish();
                break;
            case PlayRequest play:
                _sink.Events.Add($"play {play}");
                session.AcceptPlay();
                break;
            default:
                break;
        }
    }
}
