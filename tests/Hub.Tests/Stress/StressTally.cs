namespace MediaServer.Hub.Tests.Stress;

/// <summary>What all readers of a round together got and lost. Thread-safe.</summary>
internal sealed class StressTally
{
    private readonly Lock _lock = new();
    private readonly DeliveryCounters _delivery = new();
    private long _runs;

    /// <summary>Runs taken whole.</summary>
    public long Runs => Volatile.Read(ref _runs);

    /// <summary>What lossless readers were told that they lost.</summary>
    public long Gaps { get; private set; }

    /// <summary>Subscriptions cut off.</summary>
    public long CutOffs { get; private set; }

    /// <summary>The sums of all counters.</summary>
    public DeliveryCounters Delivery => _delivery;

    public void CountRun() => Interlocked.Increment(ref _runs);

    public void CountGap()
    {
        lock (_lock)
        {
            Gaps++;
        }
    }

    /// <summary>Takes another round's sums.</summary>
    public void Add(StressTally round)
    {
        lock (_lock)
        {
            _delivery.Add(round.Delivery);
            _runs += round.Runs;
            Gaps += round.Gaps;
            CutOffs += round.CutOffs;
        }
    }

    /// <summary>Takes the counters of a subscription that was disposed of, after a look whether they add up.</summary>
    public void Add(Subscription subscription, StressCheck check)
    {
        Assert.Equal(0, subscription.InFlight);
        Received.AssertSum(subscription);
        Assert.Equal(check.Frames - check.Injected, subscription.Delivery.Delivered.Total);
        Assert.InRange(check.Injected, 0, subscription.Delivery.Injected); // some were lost on the way
        lock (_lock)
        {
            _delivery.Add(subscription.Delivery);
            CutOffs += subscription.IsCutOff ? 1 : 0;
        }
    }
}
