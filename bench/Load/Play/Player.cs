using MediaServer.Media;
using MediaServer.Rtmp;

namespace MediaServer.Load;

/// <summary>A player that looks at the head of each message and drops the rest.</summary>
/// <param name="dueAt">When it connects.</param>
/// <param name="role">What it is there for.</param>
/// <param name="meter">What its loop's players measure together.</param>
/// <param name="schedule">When what is measured.</param>
internal abstract class Player(long dueAt, PlayerRole role, PlayMeter meter, Schedule schedule) : LoadClient(dueAt), IMessageSink
{
    private const int StallerBufferBytes = 64 * 1024; // what the kernel takes for one that stands still

    private long _bytesBefore; // what is measured
    private long _receivedAt;
    private long _videoAt;

    public PlayerRole Role => role;

    /// <summary>Whether the first key frame is there.</summary>
    public bool HasPicture { get; private set; }

    /// <summary>Bytes received, ever.</summary>
    public long Bytes { get; private set; }

    /// <summary>Bytes received while it counted.</summary>
    public long MeasuredBytes => Bytes - _bytesBefore;

    public TrackMeter Video { get; } = new();

    public TrackMeter Audio { get; } = new();

    /// <summary>Times that nothing came for over a second.</summary>
    public int Silences { get; private set; }

    /// <summary>The longest time in which nothing came, in nanoseconds.</summary>
    public long LongestSilence { get; private set; }

    /// <summary>How old the newest stamped video frame was when it came, in nanoseconds.</summary>
    public long VideoAge { get; private set; }

    protected override int? ReceiveBufferBytes => role == PlayerRole.Staller ? StallerBufferBytes : null;

    /// <summary>From now on it counts.</summary>
    public void Begin() => _bytesBefore = Bytes;

    /// <summary>Counts the silence at the end, too.</summary>
    public void Finish(long now) => NoteSilence(Math.Min(now, schedule.End));

    /// <inheritdoc/>
    public sealed override void Receive(ReadOnlySpan<byte> bytes)
    {
        Count(bytes.Length);
        if (!TryRead(bytes))
        {
            End("what the server sent could not be understood");
        }
    }

    /// <summary>Bytes were dropped unread.</summary>
    public virtual void Drop(int bytes) => Count(bytes);

    /// <inheritdoc/>
    public virtual void OnMessage(RtmpMessageType type, uint timestamp, int lengthBytes, ReadOnlySpan<byte> head)
    {
        MediaKind kind = type == RtmpMessageType.Video ? MediaKind.Video : MediaKind.Audio;
        if (type is not (RtmpMessageType.Video or RtmpMessageType.Audio)
            || !FlvMediaHeader.TryParse(kind, head, out FlvMediaHeader header)
            || header.PacketType != FlvPacketType.Frame)
        {
            return;
        }

        if (!HasLived)
        {
            GoLive();
            meter.CountLive();
        }

        long now = Clock.Now;
        bool isKeyFrame = header.FrameType == FlvFrameType.Key && kind == MediaKind.Video;
        if (isKeyFrame && !HasPicture)
        {
            HasPicture = true;
            meter.FirstKeyFrame.Record(now - OpenedAt);
        }

        bool isMeasured = schedule.IsMeasured(now);
        Stamp? stamp = Stamp.TryRead(head, out Stamp found) ? found : null;
        (kind == MediaKind.Video ? Video : Audio).Take(timestamp, stamp, isKeyFrame, isMeasured);
        if (isMeasured && role == PlayerRole.Probe)
        {
            RecordTimes(kind, now, stamp);
        }

        if (kind == MediaKind.Video)
        {
            _videoAt = now;
            VideoAge = stamp is { } read ? now - read.Time : VideoAge;
        }
    }

    /// <summary>Reads the protocol.</summary>
    /// <returns>Whether it could be understood.</returns>
    protected abstract bool TryRead(ReadOnlySpan<byte> bytes);

    private void RecordTimes(MediaKind kind, long now, Stamp? stamp)
    {
        if (stamp is { } read)
        {
            (kind == MediaKind.Video ? meter.VideoLatency : meter.AudioLatency).Record(now - read.Time);
        }

        if (kind == MediaKind.Video && _videoAt > 0)
        {
            meter.VideoGap.Record(now - _videoAt);
        }
    }

    private void Count(int bytes)
    {
        Bytes += bytes;
        meter.CountBytes(bytes);
        NoteSilence(Clock.Now);
    }

    private void NoteSilence(long now)
    {
        if (HasLived && now > schedule.Steady && now <= schedule.End)
        {
            long silence = now - Math.Max(_receivedAt, schedule.Steady);
            Silences += silence > Clock.Second ? 1 : 0;
            LongestSilence = Math.Max(LongestSilence, silence);
        }

        _receivedAt = now;
    }
}
