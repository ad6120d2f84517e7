using MediaServer.Media;

namespace MediaServer.Fuzz.Targets;

/// <summary>The first bytes of audio: a header never reaches further than the body, and more bytes behind it never change it.</summary>
internal sealed class FlvAudioTagTarget : FuzzTarget
{
    public override string Name => "flv-audio";

    public override IEnumerable<byte[]> Seeds =>
    [
        [0xAF, 0, 0x12, 0x10], [0xAF, 1, 0x21], [0x2F, 0xFF, 0xFB, 0x90], [0xE2, 1], [0x7F, 1], [0x90, .. "Opus"u8, .. "OpusHead"u8], [0x91, .. "fLaC"u8, 1],
        [0x91, .. "mp4a"u8, 1, 2], [0x92, .. "ac-3"u8], [0x94, .. "Opus"u8, 0, 2], [0x95, 0x01, .. "mp4a"u8, 1, 9],
        [0x95, 0x20, 0, .. "mp4a"u8, 0, 0, 0, 1, 9, .. "Opus"u8, 1, 0, 0, 1, 9], [0x97, 2, 0, 1, 2, 0x01, .. "mp4a"u8, 1],
    ];

    public override IReadOnlyList<byte[]> Tokens => TokensOf("mp4a", "Opus", "fLaC", "ac-3", "ec-3", ".mp3");

    public override void Run(byte[] input, ref Fingerprint outcome)
    {
        bool isTag = FlvMediaHeader.TryParse(MediaKind.Audio, input, out FlvMediaHeader tag);
        outcome.Add(isTag);
        if (!isTag)
        {
            return;
        }

        Oracle.Holds(tag.DataOffset <= input.Length, "the header is longer than the body");
        byte[] prefix = input[..Math.Min(input.Length, FlvMediaHeader.MaxLengthBytes)];
        Oracle.Holds(FlvMediaHeader.TryParse(MediaKind.Audio, prefix, out FlvMediaHeader ofPrefix) && ofPrefix == tag, "the prefix says something else than the whole");
        outcome.Add((long)tag.Codec);
        outcome.Add((long)tag.PacketType);
        outcome.Add(tag.DataOffset);
    }
}
