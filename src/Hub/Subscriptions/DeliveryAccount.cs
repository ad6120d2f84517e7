using MediaServer.Media;

namespace MediaServer.Hub;

/// <summary>What a subscription has handed out, and what became of that.</summary>
/// <param name="confirms">Whether frames are delivered when they are confirmed; else when they are handed out.</param>
/// <param name="delivery">Where it is counted.</param>
/// <param name="hold">What keeps the log for the subscription, if it is lossless.</param>
/// <param name="topic">For its clock.</param>
internal sealed class DeliveryAccount(bool confirms, DeliveryCounters delivery, LosslessHold? hold, StreamTopic topic)
{
    private KindCounts _inFlight;
    private long _liveFrom = long.MaxValue;

    /// <summary>Frames handed out and not answered.</summary>
    public long InFlight => _inFlight.Total;

    /// <summary>The newest frame has been met: what is published from an offset on is sent live, and its latency says something.</summary>
    public void GoLive(long from) => _liveFrom = Math.Min(_liveFrom, from);

    public void HandOut(MediaFrame frame)
    {
        HandOut(KindCounts.Of(frame.Kind, 1));
        if (confirms)
        {
            hold?.Take(frame);
        }
    }

    public void HandOut(KindCounts frames)
    {
        if (confirms)
        {
            _inFlight += frames;
        }
        else
        {
            delivery.CountDelivered(frames);
        }
    }

    public void Confirm(MediaFrame frame, long sentAt)
    {
        if (confirms)
        {
            hold?.GiveBack(frame);
            Confirm(KindCounts.Of(frame.Kind, 1), new ReadOnlySpan<MediaFrame>(in frame), sentAt);
        }
    }

    public void Confirm(FrameRun run, long sentAt)
    {
        if (confirms)
        {
            Confirm(KindCounts.Between(run.Start, run.End), run.Frames, sentAt);
        }
    }

    /// <summary>Takes a frame back that did not reach the subscriber.</summary>
    public void Lose(MediaFrame frame)
    {
        if (confirms)
        {
            hold?.GiveBack(frame);
            KindCounts one = KindCounts.Of(frame.Kind, 1);
            _inFlight -= one;
            delivery.CountDropped(DropReason.Overrun, one);
        }
    }

    /// <summary>The subscriber is gone: what was not answered never will be.</summary>
    public void Close()
    {
        delivery.CountDropped(DropReason.Disconnected, _inFlight);
        _inFlight = default;
    }

    private void Confirm(KindCounts counts, ReadOnlySpan<MediaFrame> frames, long sentAt)
    {
        _inFlight -= counts;
        delivery.CountDelivered(counts);
        foreach (MediaFrame frame in frames)
        {
            if (frame.Offset >= _liveFrom)
            {
                delivery.Latency.RecordAlone(topic.ToTime(sentAt - frame.ReceivedAt));
            }
        }
    }
}
