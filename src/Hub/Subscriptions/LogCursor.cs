using MediaServer.Media;

namespace MediaServer.Hub;

/// <summary>Where a subscription stands in the log. Moved by its reader, readable by all.</summary>
/// <remarks>Whatever it passes is either handed out by the reader or counted as dropped here: so the sum of all is the way it came.</remarks>
internal sealed class LogCursor
{
    private readonly TopicLog _log;
    private readonly FrameLog _frames;
    private readonly DeliveryCounters _delivery;
    private LogPosition _position;
    private long _offset; // the position's, for others to read

    public LogCursor(TopicLog log, in LogPosition start, DeliveryCounters delivery, LosslessHold? hold)
    {
        _log = log;
        _frames = log.Frames;
        _delivery = delivery;
        Hold = hold;
        MoveTo(start);
    }

    /// <summary>What keeps the log for it, if it is lossless.</summary>
    public LosslessHold? Hold { get; }

    /// <summary>The offset of the next frame. For anybody.</summary>
    public long Offset => Volatile.Read(ref _offset);

    /// <summary>The place of the next frame. For its reader.</summary>
    public ref readonly LogPosition Position => ref _position;

    /// <summary>Takes a reference to the next frame, and stays where it is.</summary>
    public Retained TryRetain(out MediaFrame? next)
    {
        if (Hold is null ? _position.Offset < _log.LiveTail : Hold.IsLost)
        {
            next = null;
            return Retained.Evicted; // or soon to be
        }

        return _frames.TryRetain(_position.Offset, out next);
    }

    public void MoveTo(in LogPosition position)
    {
        _position = position;
        Volatile.Write(ref _offset, position.Offset);
        Hold?.MoveTo(position);
    }

    /// <summary>Passes the next frame without handing it out.</summary>
    public void Drop(MediaFrame next, DropReason reason)
    {
        _delivery.CountDropped(reason, KindCounts.Of(next.Kind, 1));
        MoveTo(next.Position.After(next));
    }

    /// <summary>Passes all frames before a place ahead.</summary>
    public void SkipTo(in LogPosition target, DropReason reason)
    {
        _delivery.CountOverrun();
        _delivery.CountDropped(reason, KindCounts.Between(_position, target));
        MoveTo(target);
    }

    /// <summary>How far it is behind the newest frame. For anybody, as what follows is.</summary>
    public (long Frames, long Bytes, long Ticks) GetLag() => FindNext(out MediaFrame? newest) is { } oldest
        ? (newest!.Offset + 1 - Offset, LogBound.BytesBetween(oldest, newest), newest.ReceivedAt - oldest.ReceivedAt)
        : default;

    /// <summary>Its lag as a share of a bound, from 0 to 1.</summary>
    public double GetFill(in LogBound bound) => Hold is not null
        ? Math.Min((double)Hold.BacklogBytes / Hold.LimitBytes, 1)
        : FindNext(out MediaFrame? newest) is not { } oldest || oldest == newest ? 0
        : oldest.Offset > Offset ? 1
        : bound.GetFill(oldest, newest!);

    /// <summary>Whether its lag is beyond a bound, or its next frame is gone.</summary>
    public bool IsBeyond(in LogBound bound) =>
        FindNext(out MediaFrame? newest) is { } oldest && (oldest.Offset > Offset || (oldest != newest && bound.IsExceeded(oldest, newest!)));

    /// <summary>The oldest frame not passed yet that is still held, and the newest; null when there is nothing to read.</summary>
    private MediaFrame? FindNext(out MediaFrame? newest)
    {
        newest = _frames.Newest;
        long next = Math.Max(Offset, Hold is null ? _log.LiveTail : 0);
        return newest is null || newest.Offset < next ? null : _frames.Peek(next) ?? _frames.Peek(_frames.Tail);
    }
}
