using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
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
/// This is what live subscribers see. For lossless ones the log keeps more behind it, until they have it or lose their hold.
/// </remarks>
internal sealed class TopicLog
{
    private const int MaxEvictionsPerFrame = 64;

    private readonly LogBound _budget;
    private readonly long _budgetBytes;
    private readonly long _losslessBytes;
    private readonly LosslessBudget _losslessBudget;
    private LosslessHold[] _holds = []; // the writer's; replaced, never changed
    private long _liveTail;

    // The writer's, so that a frame that comes needs no look at older ones, which lie in no cache any more: that cost more than all the rest.
    private LogPosition _head;
    private long _joinOffset = long.MaxValue; // of the last random access point
    private (long Offset, long Charge, long ReceivedAt) _oldestNeeded = (-1, 0, 0); // as it stood at the live tail

    private MediaFrame? _lastRandomAccess; // for its place and times; held or not
    private bool _hasVideo;
    private long _gopFrames;
    private long _gopMilliseconds;
    private long _longestGopTicks;

    public TopicLog(HubOptions options, TimeProvider timeProvider, LosslessBudget losslessBudget)
    {
        long ToTicks(TimeSpan time) => (long)(time.TotalSeconds * timeProvider.TimestampFrequency);

        Frames = new FrameLog(options.BudgetFrames);
        Thresholds = new LagThresholds(options, timeProvider);
        _budget = new LogBound(options.BudgetFrames, long.MaxValue, ToTicks(options.BudgetTime));
        _budgetBytes = options.BudgetBytes;
        _losslessBytes = options.BlockBytes;
        _losslessBudget = losslessBudget;
    }

    public FrameLog Frames { get; }

    public ConfigurationHistory Configurations { get; } = new();

    /// <summary>The offset of the oldest frame that live subscribers may read: what is older is kept for lossless ones only.</summary>
    public long LiveTail => Volatile.Read(ref _liveTail);

    /// <summary>How far a subscriber may be behind the newest frame.</summary>
    public LagThresholds Thresholds { get; }

    /// <summary>The latest decoding time of all frames appended so far, in milliseconds; −1 when there was none. The writer's.</summary>
    public long LastDts { get; private set; } = -1;

    /// <summary>Payload bytes appended so far.</summary>
    public KindCounts BytesIn { get; private set; }

    /// <summary>Memory held, in whole slabs and configuration.</summary>
    public long ChargedBytes => Math.Max(Frames.HeadPosition.Charge - Frames.TailPosition.Charge, 0);

    /// <summary>The newest place where joining is possible, if it is still held.</summary>
    public MediaFrame? LastRandomAccess => Volatile.Read(ref _lastRandomAccess) is { } last && last.Offset >= LiveTail ? last : null;

    /// <summary>Whether there has been video since the stream began, or its publisher came back.</summary>
    public bool HasVideo => Volatile.Read(ref _hasVideo);

    /// <summary>The last random access point of video track 0, held or not, for its place and times.</summary>
    public MediaFrame? LastKeyframe => HasVideo ? Volatile.Read(ref _lastRandomAccess) : null;

    /// <inheritdoc cref="TopicStatistics.GopFrames"/>
    public long GopFrames => Volatile.Read(ref _gopFrames);

    /// <inheritdoc cref="TopicStatistics.GopDuration"/>
    public TimeSpan GopDuration => TimeSpan.FromMilliseconds(Volatile.Read(ref _gopMilliseconds));

    /// <summary>
    /// The longest wall-clock time between two random access points of video track 0 since the stream began, or its publisher came back, in
    /// timestamp units; 0 before there were two.
    /// </summary>
    public long LongestGopTicks => Volatile.Read(ref _longestGopTicks);

    /// <summary>Writer: appends a frame; its reference is the log's.</summary>
    public void Append(MediaFrame frame)
    {
        Debug.Assert(frame.Offset < 0, "a frame is published once");
        frame.Position = _head;
        _head = _head.After(frame);
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
        Frames.Append(frame);
        NoteRandomAccess(frame);
    }

    /// <summary>Writer: keeps all there is, and what comes, for a lossless subscription that is about to begin.</summary>
    public LosslessHold Hold()
    {
        var hold = new LosslessHold(Frames, _losslessBytes, _losslessBudget);
        _holds = [.. _holds, hold];
        return hold;
    }

    /// <summary>Writer: keeps nothing for a lossless subscription any more. What it held goes with the next frames.</summary>
    public void Release(LosslessHold hold)
    {
        _holds = [.. _holds.Where(other => other != hold)];
        hold.End();
    }

    /// <summary>Writer: lets go of the oldest frames by the tail rule.</summary>
    public void Evict(bool hasSubscribers)
    {
        long evictable = MoveLiveTail(hasSubscribers) + MaxEvictionsPerFrame; // more than comes: what was held is released little by little
        EvictBefore(Math.Min(Math.Min(LiveTail, Frames.Tail + evictable), FindHeld()));
    }

    /// <summary>Writer: lets go of all frames but those held for lossless subscriptions.</summary>
    public void Clear()
    {
        Volatile.Write(ref _liveTail, Frames.Head);
        EvictBefore(Math.Min(LiveTail, FindHeld()));
    }

    /// <summary>Finds the newest place to join at or behind an offset.</summary>
    public bool TryFindRandomAccess(long from, [NotNullWhen(true)] out MediaFrame? found)
    {
        found = LastRandomAccess;
        return found is not null && found.Offset >= from;
    }

    /// <summary>The oldest place to join among the frames held that were received at or after a moment.</summary>
    public MediaFrame? FindRandomAccessSince(long timestamp)
    {
        long head = Frames.Head;
        for (long offset = LiveTail; offset < head; offset++)
        {
            if (Frames.Peek(offset) is { } frame && frame.ReceivedAt >= timestamp && IsRandomAccess(frame))
            {
                return frame;
            }
        }

        return null;
    }

    /// <summary>Video track 0 decides where one can join; without video, every audio frame will do.</summary>
    private bool IsRandomAccess(MediaFrame frame) => frame.Kind switch
    {
        MediaKind.Video => frame.TrackId == 0 && frame.Is(FrameTraits.RandomAccess),
        MediaKind.Audio => !HasVideo && !StreamConfiguration.Holds(frame),
        _ => false,
    };

    private void NoteRandomAccess(MediaFrame frame)
    {
        if (frame.Kind == MediaKind.Video && !_hasVideo)
        {
            Volatile.Write(ref _lastRandomAccess, null); // audio before the first video was no place to join after all
            _joinOffset = long.MaxValue;
            Volatile.Write(ref _hasVideo, true);
            Volatile.Write(ref _longestGopTicks, 0);
        }

        if (!IsRandomAccess(frame))
        {
            return;
        }

        if (LastKeyframe is { } previous)
        {
            Volatile.Write(ref _gopFrames, frame.Position.VideoFrames - previous.Position.VideoFrames);
            Volatile.Write(ref _gopMilliseconds, frame.Dts - previous.Dts);
            Volatile.Write(ref _longestGopTicks, Math.Max(_longestGopTicks, frame.ReceivedAt - previous.ReceivedAt));
        }

        Volatile.Write(ref _lastRandomAccess, frame);
        _joinOffset = frame.Offset;
    }

    /// <summary>Whether the live tail stays where it is, decided without a look at the frame there. False when that is not known.</summary>
    private bool IsTailNeeded(MediaFrame newest) =>
        _oldestNeeded.Offset == _liveTail
        && _liveTail >= _joinOffset
        && _head.Offset - _liveTail <= _budget.Frames
        && _head.Charge - _oldestNeeded.Charge <= _budgetBytes
        && newest.ReceivedAt - _oldestNeeded.ReceivedAt <= _budget.Ticks;

    /// <returns>By how many frames it moved.</returns>
    private int MoveLiveTail(bool hasSubscribers)
    {
        MediaFrame newest = Frames.Newest!;
        if (IsTailNeeded(newest))
        {
            return 0;
        }

        long tail = _liveTail;
        int moved = 0;
        while (tail <= newest.Offset)
        {
            MediaFrame oldest = Frames.Peek(tail)!;
            bool isOverBudget = oldest != newest && (_head.Charge - oldest.Position.Charge > _budgetBytes || _budget.IsExceeded(oldest, newest));
            bool isNeeded = oldest.Offset >= _joinOffset || (hasSubscribers && !Thresholds.Full.IsExceeded(oldest, newest));
            if (!isOverBudget && (isNeeded || moved == MaxEvictionsPerFrame))
            {
                _oldestNeeded = (tail, oldest.Position.Charge, oldest.ReceivedAt);
                break;
            }

            tail++;
            moved++;
        }

        Volatile.Write(ref _liveTail, tail);
        return moved;
    }

    /// <summary>The oldest offset that is kept for a lossless subscription, once those that are over a budget have lost their hold.</summary>
    private long FindHeld()
    {
        long held = long.MaxValue;
        foreach (LosslessHold hold in _holds)
        {
            hold.Check();
            held = Math.Min(held, hold.Offset);
        }

        return held;
    }

    private void EvictBefore(long offset)
    {
        if (Frames.Tail >= offset)
        {
            return;
        }

        while (Frames.Tail < offset)
        {
            Frames.EvictOldest();
        }

        Configurations.ForgetBefore(Frames.Tail);
    }
}
