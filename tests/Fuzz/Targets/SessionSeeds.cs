using System.Buffers;
using System.Buffers.Binary;
using MediaServer.Rtmp;

namespace MediaServer.Fuzz.Targets;

/// <summary>Conversations that no captured client has: every message type, aggregates, the AMF3 envelopes, many chunk streams, late clocks.</summary>
internal static class SessionSeeds
{
    private static readonly byte[] Video = [0x17, 1, 0, 0, 0, 0, 0, 0, 4, 0x65, 1, 2, 3];
    private static readonly byte[] Audio = [0xAF, 1, 0x21, 0x10, 0x04];
    private static readonly byte[] Metadata = [2, 0, 10, .. "onMetaData"u8, 8, 0, 0, 0, 0, 0, 0, 9];

    public static IEnumerable<byte[]> All =>
    [
        Write(PublishWithControlMessages),
        Write(PublishLateOnTheClock),
        Write(PublishAggregates),
        Write(PublishInInterleavedChunks),
        Write(PlayAndControl),
        Write(EveryCall),
        Write(CommandsInTheAmf3Envelope),
    ];

    public static IReadOnlyList<byte[]> Tokens { get; } =
    [
        [0x02], [0x03], [0x00, 0x00], [0x01, 0xFF, 0xFF], [0x43], [0x83], [0xC3], [0xC4], [0xC6], [0xFF, 0xFF, 0xFF, 0x00, 0xFF, 0xFF, 0xFF],
        [0, 0, 4, 1, 0, 0, 0, 0], [0, 0, 0, 22], [0, 0, 0, 17], [0, 0, 0, 15],
        .. new[]
        {
            "connect", "createStream", "publish", "play", "closeStream", "deleteStream", "FCPublish", "FCUnpublish", "releaseStream", "_checkbw",
            "getStreamLength", "FCSubscribe", "pause", "seek", "receiveAudio", "receiveVideo", "@setDataFrame", "onMetaData", "app", "tcUrl",
            "objectEncoding", "fourCcList", "videoFourCcInfoMap", "capsEx", "live", "?key=a&b=c",
        }.Select(text => (byte[])[2, 0, (byte)text.Length, .. System.Text.Encoding.UTF8.GetBytes(text)]),
    ];

    private static byte[] Write(Action<ChunkWriter> write)
    {
        var output = new ArrayBufferWriter<byte>();
        write(new ChunkWriter(output));
        return output.WrittenSpan.ToArray();
    }

    private static void Connect(ChunkWriter writer)
    {
        writer.AnnounceChunkSize();
        writer.WriteCommand(0, "connect", 1, AmfValue.FromObject(
            new("app", "live"), new("tcUrl", "rtmp://localhost/live"), new("flashVer", "FMLE/3.0"), new("objectEncoding", 0),
            new("fourCcList", AmfValue.FromArray("hvc1", "av01", "vp09")), new("capsEx", 15)));
        writer.WriteCommand(0, "createStream", 2, AmfValue.Null);
    }

    private static void Publish(ChunkWriter writer)
    {
        Connect(writer);
        writer.WriteCommand(1, "publish", 5, AmfValue.Null, "show?key=secret", "live");
    }

    private static void PublishWithControlMessages(ChunkWriter writer)
    {
        Publish(writer);
        writer.WriteControl(RtmpMessageType.WindowAcknowledgementSize, 4_096);
        writer.WriteControl(RtmpMessageType.Acknowledgement, 100);
        writer.WritePeerBandwidth(5_000);
        writer.WriteUserControl(UserControlEvent.PingRequest, 7);
        writer.WriteUserControl(UserControlEvent.StreamEnd, 1);
        writer.Write(5, RtmpMessageType.Data, 0, 1, Metadata);
        writer.Write(6, RtmpMessageType.Video, 0, 1, Video);
        writer.WriteControl(RtmpMessageType.Abort, 6);
        writer.Write(4, RtmpMessageType.Audio, 10, 1, Audio);
        writer.WriteCommand(0, "FCUnpublish", 6, AmfValue.Null, "show");
        writer.WriteCommand(1, "publish", 7, AmfValue.Null, "again", "live");
        writer.Write(6, RtmpMessageType.Video, 40, 1, Video);
    }

    private static void PublishLateOnTheClock(ChunkWriter writer)
    {
        Publish(writer);
        writer.WriteControl(RtmpMessageType.SetChunkSize, 4);
        writer.Write(6, RtmpMessageType.Video, 0xFFFFFF, 1, Video.AsSpan(0, 4));
        writer.Write(6, RtmpMessageType.Video, 0xFFFFFFFF, 1, Video.AsSpan(0, 4));
        writer.Write(4, RtmpMessageType.Audio, 3, 1, Audio.AsSpan(0, 4));
    }

    private static void PublishAggregates(ChunkWriter writer)
    {
        Publish(writer);
        writer.Write(4, RtmpMessageType.Aggregate, 1_000, 1, [.. Tag(8, 50, Audio), .. Tag(9, 60, Video), .. Tag(18, 60, Metadata)]);
        writer.Write(4, RtmpMessageType.DataAmf3, 1_000, 1, [0, .. Metadata]);
    }

    private static void PublishInInterleavedChunks(ChunkWriter writer)
    {
        Publish(writer);
        writer.Write(7, (RtmpMessageType)0, 0, 0, []);
        writer.Write(63, RtmpMessageType.Video, 0, 1, new byte[300]);
        for (int id = 3; id < 40; id++)
        {
            writer.Write(id, RtmpMessageType.Audio, (uint)id, 1, Audio);
        }
    }

    private static void PlayAndControl(ChunkWriter writer)
    {
        Connect(writer);
        writer.WriteCommand(0, "FCSubscribe", 3, AmfValue.Null, "show");
        writer.WriteCommand(1, "play", 4, AmfValue.Null, "show", -2000, -1, true);
        writer.WriteCommand(1, "pause", 0, AmfValue.Null, true, 0);
        writer.WriteCommand(1, "receiveVideo", 0, AmfValue.Null, false);
        writer.WriteCommand(1, "receiveAudio", 0, AmfValue.Null, true);
        writer.WriteCommand(1, "seek", 5, AmfValue.Null, 1000);
        writer.WriteCommand(1, "closeStream", 0, AmfValue.Null);
    }

    private static void EveryCall(ChunkWriter writer)
    {
        Connect(writer);
        foreach (string name in new[] { "releaseStream", "FCPublish", "_checkbw", "getStreamLength", "FCUnpublish", "deleteStream", "unknown", "connect", "_result" })
        {
            writer.WriteCommand(0, name, 9, AmfValue.Null, "show", AmfValue.FromObject(new AmfProperty("a", AmfValue.FromArray(1, true, AmfValue.FromDate(5)))));
        }
    }

    private static void CommandsInTheAmf3Envelope(ChunkWriter writer)
    {
        byte[] connect = [0, 2, 0, 7, .. "connect"u8, 0, 0x3F, 0xF0, 0, 0, 0, 0, 0, 0, 3, 0, 3, .. "app"u8, 2, 0, 4, .. "live"u8, 0, 0, 9];
        byte[] publish = [0, 2, 0, 7, .. "publish"u8, 0, 0x40, 0x14, 0, 0, 0, 0, 0, 0, 5, 2, 0, 4, .. "show"u8, 2, 0, 4, .. "live"u8];
        writer.AnnounceChunkSize();
        writer.Write(3, RtmpMessageType.CommandAmf3, 0, 0, connect);
        writer.Write(3, RtmpMessageType.CommandAmf3, 0, 1, publish);
        writer.Write(6, RtmpMessageType.Video, 40, 1, Video);
    }

    private static byte[] Tag(byte type, uint timestamp, byte[] body)
    {
        byte[] tag = new byte[11 + body.Length + 4];
        tag[0] = type;
        BinaryPrimitives.WriteUInt32BigEndian(tag.AsSpan(1), (uint)body.Length << 8);
        BinaryPrimitives.WriteUInt32BigEndian(tag.AsSpan(4), timestamp << 8);
        body.CopyTo(tag, 11);
        BinaryPrimitives.WriteUInt32BigEndian(tag.AsSpan(11 + body.Length), (uint)(11 + body.Length));
        return tag;
    }
}
