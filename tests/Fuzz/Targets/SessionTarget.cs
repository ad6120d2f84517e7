using System.Buffers;
using MediaServer.Media;
using MediaServer.Rtmp;
using MediaServer.TestKit;

namespace MediaServer.Fuzz.Targets;

/// <summary>Everything behind a client's handshake: chunks, commands, media. The same comes of it in one piece and in several, and nothing is left.</summary>
internal sealed class SessionTarget : FuzzTarget
{
    private const int MostAnsweredBytes = 64 * 1024;

    private static readonly byte[] Handshake = Captures.All[0][..Captures.HandshakeBytes];

    private readonly SlabCheck _slabs = new();

    public override string Name => "session";

    public override IEnumerable<byte[]> Seeds => [.. Captures.BehindHandshake, .. SessionSeeds.All];

    public override IReadOnlyList<byte[]> Tokens => SessionSeeds.Tokens;

    public override int SmokeInputs => 10_000;

    public override long MaxAllocatedBytes(int inputBytes) => (8 * 1024 * 1024) + (256L * inputBytes);

    public override void Run(byte[] input, ref Fingerprint outcome)
    {
        byte[] bytes = [.. Handshake, .. input];
        Conversation whole = Conversation.Hold(_slabs, Open, bytes, Captures.HandshakeBytes);
        Conversation split = Conversation.Hold(_slabs, Open, bytes, Captures.HandshakeBytes, CutsFor(input));

        Oracle.Same(whole.Fault, split.Fault, "fault, whole and split");
        Oracle.Same(whole.State, split.State, "state, whole and split");
        Oracle.Same(whole.Events, split.Events, "events, whole and split");
        Oracle.Same(whole.Answers, split.Answers, "answers, whole and split");
        Oracle.Holds(whole.AnsweredBytes <= MostAnsweredBytes + (4 * input.Length), "much more is answered than was asked");
        outcome.Add(whole.Fault is null ? -1L : (long)whole.Fault);
        outcome.Add((long)whole.State);
        outcome.Add((long)whole.Answers);
        outcome.Add(whole.MediaMessages);
    }

    // Where the pieces end depends on the bytes, so that the same input always arrives in the same pieces.
    private static int[] CutsFor(byte[] input)
    {
        var hash = new Fingerprint();
        hash.Add(input);
        var random = new Random((int)hash.Value);
        return [.. Enumerable.Range(0, random.Next(1, 8)).Select(_ => Captures.HandshakeBytes + random.Next(input.Length + 1)).Order()];
    }

    private static RtmpServerSession Open(IBufferWriter<byte> output, IRtmpMediaSink sink, SlabPool pool) =>
        new(output, sink, pool, new RtmpLimits(), new ManualTimeProvider());
}
