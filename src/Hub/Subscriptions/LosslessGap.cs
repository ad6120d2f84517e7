using MediaServer.Media;

namespace MediaServer.Hub;

/// <summary>
/// What a lossless subscription loses when it has lost its hold on the log: all that it had not read, and then everything until decoding
/// can begin again. One gap, however it came about.
/// </summary>
/// <param name="log">What is read.</param>
/// <param name="cursor">Where the subscription stands; it has a hold.</param>
/// <param name="filter">What it wants, and can decode.</param>
/// <param name="configuration">What it has of it.</param>
/// <param name="onClosed">Called with each gap when it is known how far it reaches.</param>
internal sealed class LosslessGap(TopicLog log, LogCursor cursor, FrameFilter filter, ConfigurationSync configuration, Action<FrameGap> onClosed)
{
    private long _from = -1;
    private long _openedAt;
    private FrameGap? _closed;

    /// <summary>Whether frames are being lost.</summary>
    public bool IsOpen => _from >= 0;

    /// <summary>Goes on at the newest random access point at or ahead of the cursor; without one, at the next that is published.</summary>
    public void Open()
    {
        if (!IsOpen)
        {
            _from = cursor.Offset;
            _openedAt = log.Frames.Newest!.ReceivedAt;
        }

        LogPosition head = log.Frames.HeadPosition; // before looking: what is published meanwhile is still ahead
        cursor.SkipTo(log.TryFindRandomAccess(cursor.Offset, out MediaFrame? target) ? target.Position : head, DropReason.Policy);
        cursor.Hold!.Regain();
        filter.Restart();
        configuration.Redo();
    }

    /// <summary>Goes on with the next frame, if that can be done: if it is a picture that can be decoded, or sound where there are no pictures.</summary>
    public bool TryClose(MediaFrame next)
    {
        if (StreamConfiguration.Holds(next) || !IsAwaited(next) || filter.Judge(next) is not null)
        {
            configuration.Pass(next);
            return false;
        }

        Close(next.Offset);
        return true;
    }

    /// <summary>The stream is over.</summary>
    public void End()
    {
        if (IsOpen)
        {
            Close(cursor.Offset);
        }
    }

    /// <inheritdoc cref="Subscription.TryTakeGap"/>
    public bool TryTake(out FrameGap gap)
    {
        gap = _closed.GetValueOrDefault();
        bool isThere = _closed is not null;
        _closed = null;
        return isThere;
    }

    private bool IsAwaited(MediaFrame next) => next.Kind switch
    {
        MediaKind.Video => next.TrackId == 0,
        MediaKind.Audio => !filter.Selection.Video || !log.HasVideo || next.ReceivedAt - _openedAt >= filter.PatienceTicks,
        _ => false,
    };

    private void Close(long to)
    {
        var gap = new FrameGap(_from, to);
        _from = -1;
        if (gap.To > gap.From) // else all had been read when the hold was taken away, and what came next was where to go on
        {
            _closed = _closed is { } untold && untold.To == gap.From ? gap with { From = untold.From } : gap;
            onClosed(gap);
        }
    }
}
