using MediaServer.Media;

namespace MediaServer.Hub;

/// <summary>What became of the frames that a subscription passed, or the sum over many. Written by one reader, readable by all.</summary>
public sealed class DeliveryCounters
{
    private static readonly int Reasons = Enum.GetValues<DropReason>().Length;
    private static readonly int States = Enum.GetValues<SubscriptionState>().Length;

    private readonly KindCounts[] _dropped = new KindCounts[Reasons];
    private readonly long[] _transitions = new long[States];
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

    /// <summary>Times that a subscriber left <see cref="SubscriptionState.Normal"/> within a minute of having come back to it.</summary>
    public long Swings { get; private set; }

    /// <summary>Subscribers cut off: beyond the bound under the policy <c>disconnect</c>, or because they took nothing for too long.</summary>
    public long CutOffs { get; private set; }

    /// <summary>Calls to the kernel that sent something, as <see cref="Subscription.CountSends"/> was told.</summary>
    public long SendCalls { get; private set; }

    /// <summary>Bytes that those calls sent, envelopes included.</summary>
    public long SentBytes { get; private set; }

    /// <summary>
    /// From when a frame was received to when its last byte was in the kernel: of live frames, published after the subscription had met the
    /// newest; what a newcomer is given of the past says nothing of the server's speed.
    /// </summary>
    public DurationHistogram Latency { get; } = new();

    /// <summary>Frames dropped for one reason.</summary>
    public KindCounts GetDropped(DropReason reason) => _dropped[(int)reason];

    /// <summary>Times that a subscription came into a state from another.</summary>
    public long GetTransitions(SubscriptionState entered) => _transitions[(int)entered];

    internal void CountDelivered(KindCounts counts) => _delivered += counts;

    internal void CountDropped(DropReason reason, KindCounts counts) => _dropped[(int)reason] += counts;

    internal void CountInjected() => Injected++;

    internal void CountNoKeyframeStart() => NoKeyframeStarts++;

    internal void CountOverrun() => Overruns++;

    internal void CountTransition(SubscriptionState entered) => _transitions[(int)entered]++;

    internal void CountSwing() => Swings++;

    internal void CountCutOff() => CutOffs++;

    internal void CountSends(long calls, long bytes)
    {
        SendCalls += calls;
        SentBytes += bytes;
    }

    internal DeliveryCounters Copy()
    {
        var copy = new DeliveryCounters();
        copy.Add(this);
        return copy;
    }

    internal void Add(DeliveryCounters other)
    {
        _delivered += other._delivered;
        for (int reason = 0; reason < Reasons; reason++)
        {
            _dropped[reason] += other._dropped[reason];
        }

        for (int state = 0; state < States; state++)
        {
            _transitions[state] += other._transitions[state];
        }

        Injected += other.Injected;
        NoKeyframeStarts += other.NoKeyframeStarts;
        Overruns += other.Overruns;
        Swings += other.Swings;
        CutOffs += other.CutOffs;
        SendCalls += other.SendCalls;
        SentBytes += other.SentBytes;
        Latency.Add(other.Latency);
    }
}
