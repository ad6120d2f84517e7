using System.Buffers;
using MediaServer.Media;
using MediaServer.Rtmp;
using MediaServer.TestKit;

namespace MediaServer.Fuzz.Targets;

/// <summary>What encoders publish: the sample streams, and enhanced RTMP as its specification writes it.</summary>
internal static class PublishSeeds
{
    private const int MostBytes = 12 * 1024;

    public static IEnumerable<IEnumerable<byte[]>> All =>
    [
        OfFile("bframes.flv"), OfFile("open-gop.flv"), OfFile("audio-only.flv"), OfFile("resolution-change.flv"),
        OfFile("enhanced/hevc-hdr-ac3.flv"), OfFile("enhanced/av1-opus.flv"), OfFile("enhanced/vp9-flac.flv"), OfFile("enhanced/multitrack.flv"),
        OfBodies(RtmpMessageType.Video, FlvBodies.Video),
        OfBodies(RtmpMessageType.Audio, FlvBodies.Audio),
        OfBodies(RtmpMessageType.Data, new ScriptDataTarget().Seeds),
    ];

    private static IEnumerable<byte[]> OfFile(string file)
    {
        int bytes = 0;
        uint last = 0;
        foreach (FlvTag tag in SampleStream.ReadTags(file).Where(tag => tag.Body.Length < MostBytes / 2))
        {
            bytes += (int)tag.Body.Length;
            if (bytes > MostBytes)
            {
                yield break;
            }

            RtmpMessageType type = tag.Kind switch { MediaKind.Audio => RtmpMessageType.Audio, MediaKind.Video => RtmpMessageType.Video, _ => RtmpMessageType.Data };
            yield return PublishSessionTarget.Message(type, (ushort)(tag.Timestamp - last), tag.Timestamp, tag.Body.ToArray());
            last = Math.Max(last, tag.Timestamp);
        }
    }

    private static IEnumerable<byte[]> OfBodies(RtmpMessageType type, IEnumerable<byte[]> bodies) =>
        bodies.Select((body, index) => PublishSessionTarget.Message(type, 40, (uint)(40 * index), body));
}
