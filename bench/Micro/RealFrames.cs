using System.Buffers;
using MediaServer.Media;
using MediaServer.TestKit;

namespace MediaServer.Micro;

/// <summary>Frames of a real stream, over and over: their bytes lie in slabs once, as received ones do, and each frame is a new object on top.</summary>
public sealed class RealFrames : IDisposable
{
    private readonly List<(FrameInfo Info, SlabSequence Bytes)> _tags = [];
    private readonly PayloadBuilder _payload;
    private long _dts;
    private int _next;

    /// <summary>Reads the audio and video of <c>bframes.flv</c>: 30 fps with B-frames, a key frame every 2 s, AAC.</summary>
    public RealFrames(SlabPool pool)
    {
        _payload = new PayloadBuilder(pool);
        foreach (FlvTag tag in SampleStream.ReadTags("bframes.flv"))
        {
            byte[] body = tag.Body.ToArray();
            if (FlvMediaHeader.TryParse(tag.Kind, body, out FlvMediaHeader header) && header.PacketType == FlvPacketType.Frame)
            {
                var info = new FrameInfo
                {
                    Kind = tag.Kind,
                    Codec = header.Codec,
                    DataOffset = header.DataOffset,
                    CompositionOffset = header.CompositionTime,
                    Traits = header is { Kind: MediaKind.Video, FrameType: FlvFrameType.Key } ? FrameTraits.RandomAccess : FrameTraits.None,
                };
                _tags.Add((info, new SlabSequence(pool, body)));
            }
        }
    }

    /// <summary>Makes the next frame, received now.</summary>
    public MediaFrame Next()
    {
        (FrameInfo info, SlabSequence bytes) = _tags[_next];
        _next = (_next + 1) % _tags.Count;
        _payload.Append(bytes.Sequence);
        return MediaFrame.Create(info with { Dts = _dts += 14, ReceivedAt = TimeProvider.System.GetTimestamp() }, _payload);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _payload.Dispose();
        foreach ((_, SlabSequence bytes) in _tags)
        {
            bytes.Dispose();
        }
    }
}
