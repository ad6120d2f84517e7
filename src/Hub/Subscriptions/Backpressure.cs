using MediaServer.Media;

namespace MediaServer.Hub;

/// <summary>
/// What a subscription passes over without handing it out: what its subscriber does not want or could not decode, and what it is too slow
/// for, by its <see cref="SlowPolicy"/>. After whatever was left out, video goes on where decoding can.
/// </summary>
internal sealed class Backpressure(
    SlowPolicy policy,
    TopicLog log,
    LogCursor cursor,
    LagMonitor lag,
    FrameFilter filter,
    ConfigurationSync configuration,
    LosslessGap? gap,
    DeliveryCounters delivery)
{
    private const long Nothing = long.MaxValue;

    private long _refusedFrom = Nothing; // under drop-newest, the first frame refused
    private volatile bool _isCutOff;

    /// <summary>Whether nothing more is handed out (policy <c>disconnect</c>).</summary>
    public bool IsCutOff => _isCutOff;

    /// <summary>All there is was read.</summary>
    public void MeetHead()
    {
        _refusedFrom = Nothing; // and nothing had to be refused
        lag.MeetHead(log.Frames.Newest);
    }

    /// <summary>The log does not hold the next frame any more: goes on further ahead.</summary>
    public void ResumeBehindTail()
    {
        if (policy == SlowPolicy.Disconnect)
        {
            CutOff();
        }
        else if (gap is not null)
        {
            gap.Open();
        }
        else if (!TryJump())
        {
            SkipTo(log.Frames.GetPosition(log.LiveTail), DropReason.Overrun);
            lag.FallBehind(log.Frames.Newest!); // from here, what is beyond the bound is passed over
        }
    }

    /// <summary>Judges the next frame.</summary>
    /// <returns>Whether it is not handed out: the cursor is behind it, or at another place, or the subscription is cut off.</returns>
    public bool PassesOver(MediaFrame next)
    {
        if (next.Offset >= _refusedFrom)
        {
            EndRefusal();
            return true;
        }

        LagLevel level = _refusedFrom == Nothing ? lag.Look(next, log.Frames.Newest!) : LagLevel.Low;
        if (level == LagLevel.Over && GivesWay(next))
        {
            return true;
        }

        if (level == LagLevel.Critical && policy == SlowPolicy.Live)
        {
            filter.CloseAt(next);
        }

        if (Judge(next) is not { } reason)
        {
            return false;
        }

        cursor.Drop(next, reason);
        return true;
    }

    /// <summary>Hands nothing out any more.</summary>
    public void CutOff()
    {
        if (!_isCutOff)
        {
            _isCutOff = true;
            delivery.CountCutOff();
        }
    }

    private DropReason? Judge(MediaFrame next)
    {
        if (gap is { IsOpen: true })
        {
            return gap.TryClose(next) ? null : DropReason.Policy;
        }

        return filter.Judge(next) ?? (IsSpared(next) ? DropReason.Disposable : null);
    }

    private bool IsSpared(MediaFrame next) =>
        policy == SlowPolicy.Live && lag.State is SubscriptionState.Warning or SubscriptionState.Critical
        && next.Is(FrameTraits.Disposable) && !next.Is(FrameTraits.RandomAccess);

    /// <summary>The next frame is beyond the bound.</summary>
    /// <returns>Whether it is passed over.</returns>
    private bool GivesWay(MediaFrame next)
    {
        switch (policy)
        {
            case SlowPolicy.Disconnect:
                CutOff();
                return true;

            case SlowPolicy.DropNewest:
                _refusedFrom = log.Frames.Head;
                return false;

            case SlowPolicy.Sample when next.Is(FrameTraits.RandomAccess):
                return false;

            case SlowPolicy.Sample:
                PassOver(next, DropReason.Sampled);
                return true;

            default:
                if (!TryJump())
                {
                    PassOver(next, DropReason.Overrun);
                }

                return true;
        }
    }

    /// <summary>Leaves this frame out, and video until the next random access point.</summary>
    private void PassOver(MediaFrame next, DropReason reason)
    {
        if (!filter.IsClosed)
        {
            delivery.CountOverrun();
        }

        if (next.Is(FrameTraits.RandomAccess)) // of another track: one of track 0 is gone on at
        {
            filter.Restart();
        }
        else
        {
            filter.Close();
        }

        configuration.Pass(next);
        cursor.Drop(next, reason);
    }

    /// <summary>Goes on at the newest random access point at or ahead of the cursor, if there is one, and catches up from there.</summary>
    private bool TryJump()
    {
        if (!log.TryFindRandomAccess(cursor.Offset, out MediaFrame? target))
        {
            return false;
        }

        Jump(target.Position, DropReason.Overrun);
        return true;
    }

    /// <summary>What had come before the refusal has been read: goes on at the newest random access point that has come since, or live.</summary>
    private void EndRefusal()
    {
        LogPosition head = log.Frames.HeadPosition; // before looking: what is published meanwhile is still ahead
        Jump(log.TryFindRandomAccess(cursor.Offset, out MediaFrame? target) ? target.Position : head, DropReason.Policy);
    }

    private void Jump(in LogPosition target, DropReason reason)
    {
        SkipTo(target, reason);
        lag.CatchUp(log.Frames.Newest!);
    }

    private void SkipTo(in LogPosition target, DropReason reason)
    {
        _refusedFrom = Nothing;
        cursor.SkipTo(target, reason);
        filter.Restart();
        configuration.Redo();
    }
}
