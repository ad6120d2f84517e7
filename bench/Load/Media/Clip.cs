using System.Buffers;
using MediaServer.Media;
using MediaServer.Rtmp;

namespace MediaServer.Load;

/// <summary>An FLV file in memory, played over and over on one running clock. Shared by all publishers.</summary>
/// <param name="Configuration">Metadata and sequence headers, sent once.</param>
/// <param name="Media">Audio and video frames in the order of the file.</param>
/// <param name="LengthMilliseconds">From its first frame to where the first frame of the next turn belongs.</param>
internal sealed record Clip(IReadOnlyList<ClipTag> Configuration, IReadOnlyList<ClipTag> Media, uint LengthMilliseconds)
{
    /// <summary>Bits a second of what is published, averaged over a turn.</summary>
    public double BitsPerSecond => Media.Sum(tag => (long)tag.PublishedBytes) * 8000.0 / LengthMilliseconds;

    /// <summary>Bytes of the longest frame that is published.</summary>
    public int LongestBytes => Media.Max(tag => tag.PublishedBytes);

    /// <summary>Reads a file.</summary>
    /// <param name="file">Where it is.</param>
    /// <param name="isStamped">Whether frames of H.264 and AAC get room for a stamp.</param>
    /// <exception cref="UsageException">It is no FLV file, or there is nothing in it.</exception>
    public static Clip Load(string file, bool isStamped)
    {
        if (!File.Exists(file))
        {
            throw new UsageException($"There is no file {file}.");
        }

        var reader = new FlvReader();
        var rest = new ReadOnlySequence<byte>(File.ReadAllBytes(file));
        var configuration = new List<ClipTag>();
        var media = new List<ClipTag>();
        int lengthPrefix = 4;
        while (reader.Read(ref rest, out FlvTag tag) == OperationStatus.Done)
        {
            byte[] body = tag.Body.ToArray();
            if (tag.Kind == MediaKind.Data)
            {
                configuration.Add(new ClipTag(RtmpMessageType.Data, 0, WithSetDataFrame(body), StampPlace.None));
            }
            else if (FlvMediaHeader.TryParse(tag.Kind, body, out FlvMediaHeader header) && header.PacketType != FlvPacketType.EndOfSequence)
            {
                RtmpMessageType type = tag.Kind == MediaKind.Video ? RtmpMessageType.Video : RtmpMessageType.Audio;
                if (header.PacketType is FlvPacketType.SequenceHeader or FlvPacketType.TrackMetadata)
                {
                    lengthPrefix = header.Codec == MediaCodec.Avc && body.Length > 9 ? (body[9] & 3) + 1 : lengthPrefix;
                    configuration.Add(new ClipTag(type, 0, body, StampPlace.None));
                }
                else
                {
                    media.Add(new ClipTag(type, tag.Timestamp, body, isStamped ? StampPlace.In(header, lengthPrefix) : StampPlace.None));
                }
            }
        }

        if (reader.Fault is not null || media.Count == 0)
        {
            throw new UsageException($"{file} {reader.Fault ?? "holds no audio and no video"}.");
        }

        uint first = media.Min(tag => tag.Time);
        media = [.. media.Select(tag => tag with { Time = tag.Time - first })];
        return new Clip(configuration, media, LengthOf(media));
    }

    /// <summary>Bytes that are published of the frames of a kind from one number on.</summary>
    /// <param name="type">Audio or video.</param>
    /// <param name="first">The number of the first, as in its <see cref="Stamp"/>.</param>
    /// <param name="count">How many.</param>
    public long GetPublishedBytes(RtmpMessageType type, uint first, long count)
    {
        long[] lengths = [.. Media.Where(tag => tag.Type == type).Select(tag => (long)tag.PublishedBytes)];
        long bytes = count / lengths.Length * lengths.Sum();
        for (long i = 0; i < count % lengths.Length; i++)
        {
            bytes += lengths[(first + i) % lengths.Length];
        }

        return bytes;
    }

    // Video decides where there is any: its last frame stays for as long as the one before it.
    private static uint LengthOf(List<ClipTag> media)
    {
        RtmpMessageType leading = media.Any(tag => tag.Type == RtmpMessageType.Video) ? RtmpMessageType.Video : RtmpMessageType.Audio;
        uint[] times = [.. media.Where(tag => tag.Type == leading).Select(tag => tag.Time)];
        return times[^1] + Math.Max(1, times.Length > 1 ? times[^1] - times[^2] : 1000);
    }

    private static byte[] WithSetDataFrame(byte[] body) => [2, 0, 13, .. "@setDataFrame"u8, .. body];
}
