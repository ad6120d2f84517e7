using System.Diagnostics;
using MediaServer.Media;

namespace MediaServer.Hub;

/// <summary>
/// What a topic holds: the log of its frames, the configuration in force at each, where one can join, and the rule by which the oldest
/// frames go. One writer at a time; what readers use needs no lock.
/// </summary>
/// <remarks>
/// <b>The tail rule.</b> The log reaches back to the last random access point and, while there are subscribers, over the live lag bound;
/// all within the budget in frames, bytes and seconds of wall clock. What is not needed any more goes with the next frames, at most
/// <see cref="MaxEvictionsPerFrame"/> at a time, so that the end of a long GOP is no burst of work; what is over budget goes at once.
/// </remarks>
internal sealed class TopicLog
{
    private const int MaxEvictionsPerFrame = 64;

    private readonly LogBound _budget;
    private readonly long _budgetBytes;
    private long _chargedBytes;
    private MediaFrame? _lastRandomAccess; // for its place and times; held or not
    private bool _hasVideo;
    private long _gopFrames;
    private long _gopMilliseconds;
    private long _gopTicks;

    public TopicLog(HubOptions options, TimeProvider timeProvider)
    {
        long ToTicks(TimeSpan time) => (long)(time.TotalSeconds * timeProvider.TimestampFrequency);

        Frames = new FrameLog(options.BudgetFrames);
        LagBound = new LogBound(options.LagFrames, options.LagBytes, ToTicks(options.LagTime));
        _budget = new LogBound(options.BudgetFrames, long.MaxValue, ToTicks(options.BudgetTime));
        _budgetBytes = options.BudgetBytes;
    }

    public FrameLog Frames { get; }

    public ConfigurationHistory Configurations { get; } = new();

    /// <summary>How far a subscriber may be behind the newest frame.</summary>
    public LogBound LagBound { get; }

    /// <summary>The latest decoding time of all frames appended so far, in milliseconds; −1 when there was none. The writer's.</summary>
    public long LastDts { get; private set; } = -1;

    /// <summary>Payload bytes appended so far.</summary>
    public KindCounts BytesIn { get; private set; }

    /// <summary>Memory held, in whole slabs and configuration.</summary>
    public long ChargedBytes => Volatile.Read(ref _chargedBytes);

    /// <summary>The newest place where joining is possible, if it is still held.</summary>
    public MediaFrame? LastRandomAccess => Volatile.Read(ref _lastRandomAccess) is { } last && last.Offset >= Frames.Tail ? last : null;

    /// <summary>The last random access point of video track 0, held or not, for its place and times.</summary>
    public MediaFrame? LastKeyframe => Volatile.Read(ref _hasVideo) ? Volatile.Read(ref _lastRandomAccess) : null;

    /// <inheritdoc cref="TopicStatistics.GopFrames"/>
    public long GopFrames => Volatile.Read(ref _gopFrames);

    /// <inheritdoc cref="TopicStatistics.GopDuration"/>
    public TimeSpan GopDuration => TimeSpan.FromMilliseconds(Volatile.Read(ref _gopMilliseconds));

    /// <summary>Wall-clock time between the last two random access points of video track 0, in timestamp units; 0 before there were two.</summary>
    public long GopTicks => Volatile.Read(ref _gopTicks);

    /// <summary>Writer: appends a frame; its reference is the log's.</summary>
    public void Append(MediaFrame frame)
    {
        Debug.Assert(frame.Offset < 0, "a frame is published once");
        frame.Position = Frames.HeadPosition;
        if (frame.Is(FrameTraits.Splice))
        {
            Configurations.Restart(frame.Offset);
            Volatile.Write(ref _hasVideo, false); // what comes decides anew where one can join
        }

        if (StreamConfiguration.Holds(frame))
        {
            Configurations.Record(frame);
        }

        LastDts = Math.Max(LastDts, frame.Dts);

        BytesIn += KindCounts.Of(frame.Kind, frame.LengthBytes);
        Volatile.Write(ref _chargedBytes, _chargedBytes + ChargeOf(frame));
        Frames.Append(frame);
        NoteRandomAccess(frame);
    }

    /// <summary>Writer: lets go of the oldest frames by the tail rule.</summary>
    public void Evict(bool hasSubscribers)
    {
        MediaFrame? newest = Frames.Newest;
        long lastRandomAccess = _lastRandomAccess?.Offset ?? long.MaxValue;
        int evicted = 0;
        while (Frames.TryGetOldest(out MediaFrame? oldest))
        {
            bool isOverBudget = oldest != newest && (_chargedBytes > _budgetBytes || _budget.IsExceeded(oldest, newest!));
            bool isNeeded = oldest.Offset >= lastRandomAccess || (hasSubscribers && !LagBound.IsExceeded(oldest, newest!));
            if (!isOverBudget && (isNeeded || evicted == MaxEvictionsPerFrame))
            {
                break;
            }

            EvictOldest(oldest);
            evicted++;
        }

        if (evicted > 0)
        {
            Configurations.ForgetBefore(Frames.Tail);
        }
    }

    /// <summary>Writer: lets go of all frames.</summary>
    public void Clear()
    {
        while (Frames.TryGetOldest(out MediaFrame? oldest))
        {
            EvictOldest(oldest);
        }
    }

    /// <summary>The oldest place to join among the frames held that were received at or after a moment.</summary>
    public MediaFrame? FindRandomAccessSince(long timestamp)
    {
        long head = Frames.Head;
        for (long offset = Frames.Tail; offset < head; offset++)
        {
            if (Frames.Peek(offset) is { } frame && frame.ReceivedAt >= timestamp && IsRandomAccess(frame))
            {
                return frame;
            }
        }

        return null;
    }

    private static long ChargeOf(MediaFrame frame) => frame.ChargedBytes + (frame.OwnsBytes ? frame.LengthBytes : 0);

    /// <summary>Video track 0 decides where one can join; without video, every audio frame will do.</summary>
    private bool IsRandomAccess(MediaFrame frame) => frame.Kind switch
    {
        MediaKind.Video => frame.TrackId == 0 && frame.Is(FrameTraits.RandomAccess),
        MediaKind.Audio => !Volatile.Read(ref _hasVideo) && !StreamConfiguration.Holds(frame),
        _ => false,
    };

    private void NoteRandomAccess(MediaFrame frame)
    {
        if (frame.Kind == MediaKind.Video && !_hasVideo)
        {
            Volatile.Write(ref _lastRandomAccess, null); // audio before the first video was no place to join after all
            Volatile.Write(ref _hasVideo, true);
        }

        if (!IsRandomAccess(frame))
        {
            return;
        }

        if (LastKeyframe is { } previous)
        {
            Volatile.Write(ref _gopFrames, frame.Position.VideoFrames - previous.Position.VideoFrames);
            Volatile.Write(ref _gopMilliseconds, frame.Dts - previous.Dts);
            Volatile.Write(ref _gopTicks, frame.ReceivedAt - previous.ReceivedAt);
        }

        Volatile.Write(ref _lastRandomAccess, frame);
    }

    private void EvictOldest(MediaFrame oldest)
    {
        Volatile.Write(ref _chargedBytes, _chargedBytes - ChargeOf(oldest));
        Frames.EvictOldest();
    }
}
