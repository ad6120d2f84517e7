using MediaServer.Media;
using MediaServer.TestKit;
using Microsoft.Extensions.Logging;

namespace MediaServer.Hub.Tests;

/// <summary>
/// A hub with one stream, published by hand: each frame of media is 20 ms after the one before, on the media clock and on the wall.
/// </summary>
internal sealed class TestStream : IDisposable
{
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    private readonly LeakCheckingPool _slabs = new();
    private readonly FrameMaker _frames;
    private long _dts = -20;
    private FrameTraits _next; // of the next frame, whatever it is

    public TestStream(HubOptions? options = null, ILogger<StreamHub>? logger = null)
    {
        Hub = new StreamHub(options ?? new HubOptions(), Time, logger);
        _frames = new FrameMaker(_slabs.Pool, Time);
        Publication = Start();
    }

    public ManualTimeProvider Time { get; } = new();

    public StreamHub Hub { get; }

    public Publication Publication { get; private set; }

    public StreamTopic Topic => Publication.Topic;

    public long SlabsOutstanding => _slabs.Outstanding;

    public static StreamKey Key { get; } = KeyOf("live/test");

    public static StreamKey KeyOf(string name) => StreamKey.TryParse(name, out StreamKey key, out string? fault) ? key : throw new FormatException(fault);

    public Publication Start() => Publication = Hub.TryPublish(Key, out PublishRefusal _)!;

    /// <summary>Another publisher goes on with the stream; its first frame says so.</summary>
    public Publication Resume()
    {
        _next = FrameTraits.Splice | FrameTraits.Discontinuity;
        return Start();
    }

    public Subscription Subscribe(JoinMode join = JoinMode.LastRandomAccessPoint, TimeSpan back = default, bool confirms = false) =>
        Topic.Subscribe(new SubscriptionOptions { Kind = "test", Join = join, Back = back, ConfirmsDelivery = confirms });

    public Subscription Subscribe(SlowPolicy policy, LagLimit limit = default, bool confirms = false) =>
        Topic.Subscribe(new SubscriptionOptions { Kind = "test", Policy = policy, Limit = limit, ConfirmsDelivery = confirms });

    public long Metadata(int version = 1) => Configuration(MediaKind.Data, FrameTraits.Metadata, version, 0);

    public long VideoHeader(int version = 1, byte track = 0) => Configuration(MediaKind.Video, FrameTraits.SequenceHeader, version, track);

    public long AudioHeader(int version = 1, byte track = 0) => Configuration(MediaKind.Audio, FrameTraits.SequenceHeader, version, track);

    public long TrackMetadata(MediaKind kind, int version = 1, byte track = 0) => Configuration(kind, FrameTraits.TrackMetadata, version, track);

    /// <summary>Metadata, video header, audio header, each of version 1.</summary>
    public void Headers()
    {
        Metadata();
        VideoHeader();
        AudioHeader();
    }

    public long KeyFrame(int composition = 0, byte track = 0, int lengthBytes = 100) =>
        Media(MediaKind.Video, FrameTraits.RandomAccess, composition, track, lengthBytes);

    public long Video(int composition = 0, byte track = 0, int lengthBytes = 100) =>
        Media(MediaKind.Video, FrameTraits.None, composition, track, lengthBytes);

    public long Disposable(byte track = 0) => Media(MediaKind.Video, FrameTraits.Disposable, 0, track, 100);

    public long Publish(MediaKind kind, FrameTraits traits, byte track = 0) => Media(kind, traits, 0, track, 100);

    public long Audio(int lengthBytes = 100, byte track = 0) => Media(MediaKind.Audio, FrameTraits.None, 0, track, lengthBytes);

    /// <summary>A key frame and frames that follow it, each of video followed by one of audio: twice as many frames.</summary>
    /// <returns>The key frame's offset.</returns>
    public long Gop(int videoFrames)
    {
        long keyFrame = KeyFrame();
        Audio();
        Continue(videoFrames - 1);
        return keyFrame;
    }

    /// <summary>Frames without a key frame, each of video followed by one of audio.</summary>
    public void Continue(int videoFrames)
    {
        for (int i = 0; i < videoFrames; i++)
        {
            Video();
            Audio();
        }
    }

    public void Dispose()
    {
        Publication.Dispose();
        _frames.Dispose();
        _slabs.Dispose();
    }

    private long Configuration(MediaKind kind, FrameTraits traits, int version, byte track)
    {
        var info = new FrameInfo { Kind = kind, Traits = traits | TakeNext(), TrackId = track, Dts = Math.Max(_dts, 0) };
        return Publish(_frames.CreateOwned(info, version));
    }

    private long Media(MediaKind kind, FrameTraits traits, int composition, byte track, int lengthBytes)
    {
        _dts += 20;
        Time.Advance(Interval);
        var info = new FrameInfo { Kind = kind, Traits = traits | TakeNext(), TrackId = track, Dts = _dts, CompositionOffset = composition };
        return Publish(_frames.Create(info, mark: (int)Topic.Head, lengthBytes));
    }

    private FrameTraits TakeNext()
    {
        FrameTraits traits = _next;
        _next = FrameTraits.None;
        return traits;
    }

    private long Publish(MediaFrame frame)
    {
        Publication.Publish(frame);
        return frame.Offset;
    }
}
