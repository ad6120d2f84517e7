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
}
