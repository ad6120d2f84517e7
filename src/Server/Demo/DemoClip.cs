using System.Buffers;
using MediaServer.Media;
using MediaServer.Rtmp;

namespace MediaServer.Server.Demo;

/// <summary>One tag of a clip, ready to be sent.</summary>
/// <param name="Type">The type of the RTMP message that carries it.</param>
/// <param name="Time">Its time in the clip, in milliseconds from 0.</param>
/// <param name="Body">The tag's body.</param>
/// <param name="IsConfiguration">Metadata or a sequence header: sent once, not with every turn.</param>
internal sealed record DemoTag(RtmpMessageType Type, uint Time, ReadOnlyMemory<byte> Body, bool IsConfiguration);

/// <summary>An FLV file in memory that can be played over and over on one running clock.</summary>
/// <param name="Tags">Its tags in the order of the file.</param>
/// <param name="LengthMilliseconds">The time from its first frame to where the first frame of the next turn belongs.</param>
internal sealed record DemoClip(IReadOnlyList<DemoTag> Tags, uint LengthMilliseconds)
{
    /// <summary>Reads a file.</summary>
    /// <exception cref="InvalidDataException">It is no FLV file, or there is nothing in it.</exception>
    public static DemoClip Load(string file)
    {
        var reader = new FlvReader();
        var received = new ReadOnlySequence<byte>(File.ReadAllBytes(file));
        var tags = new List<DemoTag>();
        while (reader.Read(ref received, out FlvTag tag) == OperationStatus.Done)
        {
            if (Describe(tag) is { } described)
            {
                tags.Add(described);
            }
        }

        DemoTag[] media = [.. tags.Where(tag => !tag.IsConfiguration)];
        if (reader.Fault is not null || media.Length == 0)
        {
            throw new InvalidDataException($"{file} {reader.Fault ?? "holds no audio and no video"}.");
        }

        return new DemoClip(tags, LengthOf(media));
    }

    private static DemoTag? Describe(FlvTag tag)
    {
        byte[] body = tag.Body.ToArray();
        if (tag.Kind == MediaKind.Data)
        {
            return new DemoTag(RtmpMessageType.Data, tag.Timestamp, body, IsConfiguration: true);
        }

        if (!FlvMediaHeader.TryParse(tag.Kind, body, out FlvMediaHeader header) || header.PacketType == FlvPacketType.EndOfSequence)
        {
            return null; // what ends the file does not end the stream
        }

        RtmpMessageType type = tag.Kind == MediaKind.Video ? RtmpMessageType.Video : RtmpMessageType.Audio;
        bool isConfiguration = header.PacketType is FlvPacketType.SequenceHeader or FlvPacketType.TrackMetadata;
        return new DemoTag(type, tag.Timestamp, body, isConfiguration);
    }

    // Video decides where there is any: its last frame stays for as long as the one before it.
    private static uint LengthOf(DemoTag[] media)
    {
        RtmpMessageType leading = media.Any(tag => tag.Type == RtmpMessageType.Video) ? RtmpMessageType.Video : RtmpMessageType.Audio;
        uint[] times = [.. media.Where(tag => tag.Type == leading).Select(tag => tag.Time)];
        uint interval = times.Length > 1 ? times[^1] - times[^2] : 1000;
        return times[^1] - times[0] + interval;
    }
}
