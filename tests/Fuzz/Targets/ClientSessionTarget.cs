using System.Buffers;
using MediaServer.Media;
using MediaServer.Rtmp;
using MediaServer.TestKit;

namespace MediaServer.Fuzz.Targets;

/// <summary>What a server answers to a client of ours that plays.</summary>
internal sealed class ClientSessionTarget : FuzzTarget
{
    private static readonly byte[] Handshake = [3, .. new byte[2 * HandshakeDigest.PacketBytes]];

    private readonly SlabCheck _slabs = new();

    public override string Name => "client-session";

    public override IEnumerable<byte[]> Seeds => [Answers("NetStream.Play.Start", "status"), Answers("NetStream.Play.Failed", "error")];

    public override IReadOnlyList<byte[]> Tokens => [.. SessionSeeds.Tokens, .. TokensOf("_result", "_error", "onStatus", "code", "level", "NetStream.Play.Stop")];

    public override int SmokeInputs => 10_000;

    public override long MaxAllocatedBytes(int inputBytes) => (8 * 1024 * 1024) + (256L * inputBytes);

    public override void Run(byte[] input, ref Fingerprint outcome)
    {
        byte[] bytes = [.. Handshake, .. input];
        Conversation whole = Conversation.Hold(_slabs, Open, bytes, Captures.HandshakeBytes);
        Conversation split = Conversation.Hold(_slabs, Open, bytes, Captures.HandshakeBytes, Handshake.Length + (input.Length / 2));
        Oracle.Same(whole.Fault, split.Fault, "fault, whole and split");
        Oracle.Same(whole.Events, split.Events, "events, whole and split");
        Oracle.Same(whole.Answers, split.Answers, "answers, whole and split");
        outcome.Add(whole.Fault is null ? -1L : (long)whole.Fault);
        outcome.Add((long)whole.State);
        outcome.Add(whole.MediaMessages);
    }

    private static RtmpClientSession Open(IBufferWriter<byte> output, IRtmpMediaSink sink, SlabPool pool)
    {
        var target = new RtmpClientTarget { Host = "localhost", App = "live", StreamName = "show" };
        var session = new RtmpClientSession(output, sink, pool, new RtmpLimits(), new ManualTimeProvider(), target, RtmpClientRole.Play);
        session.Start();
        return session;
    }

    private static byte[] Answers(string code, string level)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new ChunkWriter(output);
        writer.AnnounceChunkSize();
        writer.WriteControl(RtmpMessageType.WindowAcknowledgementSize, 5_000_000);
        writer.WriteCommand(0, "_result", 1, AmfValue.Null, AmfValue.FromObject(new AmfProperty("code", "NetConnection.Connect.Success")));
        writer.WriteCommand(0, "_result", 4, AmfValue.Null, 1);
        writer.WriteUserControl(UserControlEvent.StreamBegin, 1);
        writer.WriteStatus(1, level, code, "");
        writer.Write(5, RtmpMessageType.Data, 0, 1, [2, 0, 10, .. "onMetaData"u8, 8, 0, 0, 0, 0, 0, 0, 9]);
        writer.Write(6, RtmpMessageType.Video, 0xFFFFFF, 1, [0x17, 1, 0, 0, 0, 0, 0, 0, 1, 0x65]);
        writer.WriteStatus(1, "status", "NetStream.Play.UnpublishNotify", "");
        return output.WrittenSpan.ToArray();
    }
}
