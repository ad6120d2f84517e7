using System.Buffers.Binary;
using System.Text;
using MediaServer.Hub;
using MediaServer.Media;
using MediaServer.TestKit;

namespace MediaServer.Playback.Tests.Support;

/// <summary>The publisher of live/show, and what its frames are in FLV.</summary>
internal sealed class TestPublisher : IDisposable
{
    private readonly SlabPool _pool;
    private readonly TimeProvider _time;
    private readonly PayloadBuilder _payload;
    private readonly Publication _publication;
    private readonly Random _random = new(1);
    private readonly List<byte[]> _tags = [];
    private long _dts;
    private bool _ended;

    public TestPublisher(StreamHub hub, SlabPool pool, TimeProvider time)
    {
        _pool = pool;
        _time = time;
        _payload = new PayloadBuilder(pool);
        Assert.True(StreamKey.TryParse("live/show", out StreamKey key, out _));
        _publication = hub.TryPublish(key, out _)!;
    }

    public StreamTopic Topic => _publication.Topic;

    /// <summary>Every frame so far as an FLV tag, with the PreviousTagSize behind it; written here by the specification, not by the server.</summary>
    public IReadOnlyList<byte[]> Tags => _tags;

    /// <summary>Publishes a video frame of so many random bytes, 40 ms after the one before.</summary>
    public void PublishVideo(bool isRandomAccess, int lengthBytes = 1000, byte track = 0)
    {
        byte[] body = new byte[lengthBytes];
        _random.NextBytes(body);
        body[0] = isRandomAccess ? (byte)0x17 : (byte)0x27;
        body[1] = 1;
        _dts += 40;
        Publish(body, new FrameInfo
        {
            Kind = MediaKind.Video,
            Codec = MediaCodec.Avc,
            TrackId = track,
            DataOffset = 5,
            Dts = _dts,
            ReceivedAt = _time.GetTimestamp(),
            Traits = isRandomAccess ? FrameTraits.RandomAccess : FrameTraits.None,
        });
    }

    /// <summary>Publishes an audio frame with the time of the last video frame.</summary>
    public void PublishAudio() => Publish([0xAF, 1, 0, 0], new FrameInfo
    {
        Kind = MediaKind.Audio,
        Codec = MediaCodec.Aac,
        DataOffset = 2,
        Dts = _dts,
        ReceivedAt = _time.GetTimestamp(),
    });

    /// <summary>Publishes a frame whose body is its name, which says what it is: such as <c>audio 1 metadata</c>.</summary>
    public void PublishNamed(string name) => _publication.Publish(MediaFrame.CreateOwned(
        new FrameInfo
        {
            Kind = name.StartsWith("video", StringComparison.Ordinal) ? MediaKind.Video : MediaKind.Audio,
            TrackId = (byte)(name.Contains('1', StringComparison.Ordinal) ? 1 : 0),
            Traits = name.Contains("metadata", StringComparison.Ordinal) ? FrameTraits.TrackMetadata : FrameTraits.RandomAccess,
        },
        Encoding.ASCII.GetBytes(name)));

    public void EndStream()
    {
        if (!_ended)
        {
            _ended = true;
            _publication.Dispose();
        }
    }

    public void Dispose()
    {
        EndStream();
        _payload.Dispose();
    }

    private static byte[] MakeTag(byte[] body, byte type, uint timestamp)
    {
        byte[] tag = new byte[11 + body.Length + 4];
        BinaryPrimitives.WriteUInt32BigEndian(tag, ((uint)type << 24) | (uint)body.Length);
        BinaryPrimitives.WriteUInt32BigEndian(tag.AsSpan(4), timestamp << 8);
        tag[7] = (byte)(timestamp >> 24);
        body.CopyTo(tag, 11);
        BinaryPrimitives.WriteUInt32BigEndian(tag.AsSpan(11 + body.Length), (uint)(11 + body.Length));
        return tag;
    }

    private void Publish(byte[] body, in FrameInfo info)
    {
        using (var received = new SlabSequence(_pool, body))
        {
            _payload.Append(received.Sequence);
        }

        _tags.Add(MakeTag(body, info.Kind == MediaKind.Video ? (byte)9 : (byte)8, (uint)info.Dts));
        _publication.Publish(MediaFrame.Create(info, _payload));
    }
}
