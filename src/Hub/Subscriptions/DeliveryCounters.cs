using MediaServer.Media;

namespace MediaServer.Hub;

/// <summary>What became of the frames that a subscription passed, or the sum over many. Written by one reader, readable by all.</summary>
public sealed class DeliveryCounters
{
    private static readonly int Reasons = Enum.GetValues<DropReason>().Length;

    private readonly KindCounts[] _dropped = new KindCounts[Reasons];
    private KindCounts _delivered;

    /// <summary>Frames delivered.</summary>
    public KindCounts Delivered => _delivered;

    /// <summary>Frames dropped, for whatever reason.</summary>
    public KindCounts Dropped => _dropped.Aggregate((sum, counts) => sum + counts);

    /// <summary>Configuration sent again at a join or a jump. Not from the log, so in no other number.</summary>
    public long Injected { get; private set; }

    /// <summary>Times that video began without a random access point, because none had come for 10 s and two groups of pictures.</summary>
    public long NoKeyframeStarts { get; private set; }

    /// <summary>Times that a subscriber was beyond its bound, or behind the tail, and was moved forward.</summary>
    public long Overruns { get; private set; }

    /// <summary>Frames dropped for one reason.</summary>
    public KindCounts GetDropped(DropReason reason) => _dropped[(int)reason];

    internal void CountDelivered(MediaKind kind) => _delivered += KindCounts.Of(kind, 1);

    internal void CountDropped(DropReason reason, KindCounts counts) => _dropped[(int)reason] += counts;

    internal void CountInjected() => Injected++;

    internal void CountNoKeyframeStart() => NoKeyframeStarts++;

    internal void CountOverrun() => Overruns++;

    internal void Add(DeliveryCounters other)
    {
        _delivered += other._delivered;
        for (int reason = 0; reason < Reasons; reason++)
        {
            _dropped[reason] += other._dropped[reason];
        }

        Injected += other.Injected;
        NoKeyframeStarts += other.NoKeyframeStarts;
        Overruns += other.Overruns;
    }
}
