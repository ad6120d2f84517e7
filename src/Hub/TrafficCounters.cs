using MediaServer.Media;

namespace MediaServer.Hub;

/// <summary>What went into one or many streams, and what became of it. A sum of one moment.</summary>
public sealed class TrafficCounters
{
    /// <summary>Frames published.</summary>
    public KindCounts FramesIn { get; private set; }

    /// <summary>Payload bytes published.</summary>
    public KindCounts BytesIn { get; private set; }

    /// <summary>Frames delivered and dropped, over all subscriptions.</summary>
    public DeliveryCounters Delivery { get; } = new();

    /// <summary>How long frames waited for others before they went out to players together.</summary>
    public DurationHistogram FlushDelays { get; } = new();

    /// <summary>What was wrong with publishers' timestamps, and repaired.</summary>
    public TimelineFaults TimelineFaults { get; } = new();

    internal void AddPublished(KindCounts frames, KindCounts bytes)
    {
        FramesIn += frames;
        BytesIn += bytes;
    }

    internal void Add(TrafficCounters other)
    {
        AddPublished(other.FramesIn, other.BytesIn);
        Delivery.Add(other.Delivery);
        FlushDelays.Add(other.FlushDelays);
        TimelineFaults.Add(other.TimelineFaults);
    }
}
