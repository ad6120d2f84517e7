using MediaServer.Media;

namespace MediaServer.Fuzz.Targets;

/// <summary>The first bytes of video: a header never reaches further than the body, and more bytes behind it never change it.</summary>
internal sealed class FlvVideoTagTarget : FuzzTarget
{
    public override string Name => "flv-video";

    public override IEnumerable<byte[]> Seeds =>
    [
        [0x17, 0, 0, 0, 0, 1, 100, 0], [0x27, 1, 0, 0, 80, 0, 0, 0, 1, 0x41], [0x17, 1, 0xFF, 0xFF, 0xB0, 0x65], [0x17, 2, 0, 0, 0], [0x57, 0], [0x1C, 1, 0, 0, 0, 1],
        [0x90, .. "hvc1"u8, 1, 2, 3], [0x91, .. "hvc1"u8, 0, 0, 40, 1, 2], [0x93, .. "avc1"u8, 1, 2], [0x94, .. "hvc1"u8, 2, 0, 9], [0x92, .. "av01"u8], [0xD1, 1],
        [0x96, 0x01, .. "avc1"u8, 1, 0, 0, 5, 1, 2, 3, 4, 5], [0x96, 0x20, 0, .. "avc1"u8, 0, 0, 0, 1, 9, .. "hvc1"u8, 1, 0, 0, 1, 9],
        [0x97, 2, 0, 1, 2, 0x11, .. "vp09"u8, 1, 2], [0xA5, .. "av01"u8, 1],
    ];

    public override IReadOnlyList<byte[]> Tokens => TokensOf("avc1", "hvc1", "av01", "vp08", "vp09", "vvc1");

    public override void Run(byte[] input, ref Fingerprint outcome)
    {
        bool isTag = FlvMediaHeader.TryParse(MediaKind.Video, input, out FlvMediaHeader tag);
        outcome.Add(isTag);
        if (!isTag)
        {
            return;
        }

        Oracle.Holds(tag.DataOffset <= input.Length, "the header is longer than the body");
        Oracle.Holds(tag.CompositionTime is >= -0x800000 and <= 0x7FFFFF, "a composition time of more than 24 bits");
        byte[] prefix = input[..Math.Min(input.Length, FlvMediaHeader.MaxLengthBytes)];
        Oracle.Holds(FlvMediaHeader.TryParse(MediaKind.Video, prefix, out FlvMediaHeader ofPrefix) && ofPrefix == tag, "the prefix says something else than the whole");
        outcome.Add((long)tag.Codec);
        outcome.Add((long)tag.FrameType);
        outcome.Add((long)tag.PacketType);
        outcome.Add(tag.DataOffset);
    }
}
