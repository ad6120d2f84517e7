using MediaServer.Hub;
using MediaServer.Media;
using MediaServer.Rtmp;
using MediaServer.TestKit;

namespace MediaServer.Ingest.Tests.Support;

/// <summary>A publish session with a real hub behind it, and a subscription that takes what comes out.</summary>
internal sealed class SessionRig : IDisposable
{
    private readonly LeakCheckingPool _slabs = new();
    private readonly List<MediaFrame> _taken = [];
    private readonly PayloadBuilder _payload;

    private readonly StreamHub _hub;
    private Publication _publication;

    public SessionRig()
    {
        _hub = new StreamHub(new HubOptions(), Time);
        _publication = Publish();
        Reader = _publication.Topic.Subscribe(new SubscriptionOptions { Kind = "test" });
        Session = new PublishSession(_publication, _slabs.Pool, Time, Counters, Log);
        _payload = new PayloadBuilder(_slabs.Pool);
    }

    public ManualTimeProvider Time { get; } = new();

    public IngestCounters Counters { get; } = new();

    public ListLogger Log { get; } = new();

    public Subscription Reader { get; }

    public PublishSession Session { get; private set; }

    public SlabPool Pool => _slabs.Pool;

    public void Dispose()
    {
        Session.Dispose();
        _taken.ForEach(frame => frame.Release());
        Reader.Dispose();
        _payload.Dispose();
        _slabs.Dispose();
    }

    /// <summary>Loses the publisher, and lets it come back.</summary>
    public void Reconnect()
    {
        _publication.Suspend();
        Session.Dispose();
        _publication = Publish();
        Session = new PublishSession(_publication, _slabs.Pool, Time, Counters, Log);
    }

    public void Video(uint timestamp, string hex) => Receive(RtmpMessageType.Video, timestamp, Wire.Hex(hex));

    public void Audio(uint timestamp, string hex) => Receive(RtmpMessageType.Audio, timestamp, Wire.Hex(hex));

    public void Receive(RtmpMessageType type, uint timestamp, byte[] body, params ReadOnlySpan<int> cuts)
    {
        using var bytes = new SlabSequence(Pool, body, cuts);
        _payload.Append(bytes.Sequence);
        Session.Receive(new RtmpMessageHeader(type, timestamp, body.Length, 1), _payload, Time.GetTimestamp());
        _payload.Clear();
    }

    /// <summary>The next frame, which stays held until the end of the test.</summary>
    public MediaFrame Take()
    {
        Assert.True(Reader.TryRead(out MediaFrame? frame), "There is no frame.");
        _taken.Add(frame);
        return frame;
    }

    /// <summary>All frames there are.</summary>
    public List<MediaFrame> TakeAll()
    {
        var frames = new List<MediaFrame>();
        while (Reader.TryRead(out MediaFrame? frame))
        {
            _taken.Add(frame);
            frames.Add(frame);
        }

        return frames;
    }

    /// <summary>The tag body of a frame, in hexadecimal digits.</summary>
    public static string BodyOf(MediaFrame frame)
    {
        byte[] body = new byte[frame.LengthBytes];
        frame.CopyTo(body);
        return Convert.ToHexString(body);
    }

    private Publication Publish()
    {
        Assert.True(StreamKey.TryParse("live/show", out StreamKey key, out _));
        Publication? publication = _hub.TryPublish(key, out PublishRefusal refusal);
        Assert.True(publication is not null, refusal.ToString());
        return publication;
    }
}
