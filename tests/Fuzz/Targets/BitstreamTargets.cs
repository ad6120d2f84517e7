using System.Buffers;
using MediaServer.Media;
using MediaServer.TestKit;

namespace MediaServer.Fuzz.Targets;

/// <summary>A target for each codec whose samples are looked into.</summary>
internal static class BitstreamTargets
{
    public static IEnumerable<FuzzTarget> All =>
    [
        new VideoBitstreamTarget(MediaCodec.Avc, "avc-bitstream", Avc("open-gop.flv"), Avc("intra-refresh.flv"), AvcInBand()),
        new VideoBitstreamTarget(MediaCodec.Hevc, "hevc-bitstream", Enhanced("hevc-aac"), Enhanced("hevc-hdr-ac3")),
        new VideoBitstreamTarget(MediaCodec.Av1, "av1-bitstream", Enhanced("av1-opus")),
        new VideoBitstreamTarget(MediaCodec.Vp9, "vp9-bitstream", Enhanced("vp9-flac")),
        new VideoBitstreamTarget(MediaCodec.Vp8, "vp8-bitstream", [[], [0x10, 2, 0, 0x9D, 0x01, 0x2A, 64, 0, 64, 0], [0x11, 2, 0, 0]]),
    ];

    /// <summary>The configuration of a file, and those of its first samples that are short.</summary>
    private static byte[][] Avc(string file) =>
    [
        .. SampleStream.ReadTags(file).Where(tag => tag.Kind == MediaKind.Video && tag.Body.Length < 3_000).Take(10).Select(tag => tag.Body.Slice(5).ToArray()),
    ];

    private static byte[][] AvcInBand()
    {
        byte[][] records = [.. new AvcConfigurationTarget().Seeds];
        byte[] set = records[1][8..34]; // its sequence parameter set
        return [records[0], [0, 0, 0, (byte)set.Length, .. set, 0, 0, 0, 3, 0x65, 0x88, 0x84], [0, 0, 0, (byte)set.Length, .. set, 0, 0, 0, 2, 0x41, 0x9A]];
    }

    private static byte[][] Enhanced(string file) =>
        [.. ConfigurationTargets.Headers(file, MediaKind.Video).Take(1), .. ConfigurationTargets.Frames(file, MediaKind.Video, 6)];
}
