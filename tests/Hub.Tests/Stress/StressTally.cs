namespace MediaServer.Hub.Tests.Stress;

/// <summary>What happened in a round, or in many, to all readers together. Thread-safe.</summary>
internal sealed class StressTally
{
    private readonly Lock _lock = new();
    private long _published;
    private long _runs;
    private long _gaps;
    private long _cutOffs;
    private long _resumes;

    /// <summary>The sums of the counters of all subscriptions.</summary>
    public DeliveryCounters Delivery { get; } = new();

    /// <summary>Frames published.</summary>
    public long Published => Volatile.Read(ref _published);

    public void CountPublished() => Interlocked.Increment(ref _published);

    /// <summary>A run was taken whole.</summary>
    public void CountRun() => Interlocked.Increment(ref _runs);

    /// <summary>A lossless reader was told that it lost something.</summary>
    public void CountGap() => Interlocked.Increment(ref _gaps);

    /// <summary>A publisher was lost and came back.</summary>
    public void CountResume() => Interlocked.Increment(ref _resumes);

    /// <summary>Takes the counters of a subscription that was disposed of, after a look whether they add up.</summary>
    public void Add(Subscription subscription, StressCheck check)
    {
        Assert.Equal(0, subscription.InFlight);
        Received.AssertSum(subscription);
        Assert.Equal(check.Frames - check.Injected, subscription.Delivery.Delivered.Total);
        Assert.InRange(check.Injected, 0, subscription.Delivery.Injected); // some were lost on the way
        lock (_lock)
        {
            Delivery.Add(subscription.Delivery);
            _cutOffs += subscription.IsCutOff ? 1 : 0;
        }
    }

    /// <summary>Takes another round's sums.</summary>
    public void Add(StressTally round)
    {
        lock (_lock)
        {
            Delivery.Add(round.Delivery);
            _published += round._published;
            _runs += round._runs;
            _gaps += round._gaps;
            _cutOffs += round._cutOffs;
            _resumes += round._resumes;
        }
    }

    /// <summary>Something that a stress test is there for and that has not happened; null when all has.</summary>
    public string? FindMissing()
    {
        lock (_lock)
        {
            foreach (DropReason reason in Enum.GetValues<DropReason>())
            {
                if (Delivery.GetDropped(reason).Video == 0)
                {
                    return $"a drop for {reason}";
                }
            }

            return _runs == 0 ? "a run taken whole"
                : _gaps == 0 ? "a gap"
                : _cutOffs == 0 ? "a cut-off"
                : _resumes == 0 ? "a publisher's return"
                : Delivery.Overruns == 0 ? "an overrun"
                : Delivery.Injected == 0 ? "an injection"
                : null;
        }
    }

    public override string ToString()
    {
        lock (_lock)
        {
            string drops = string.Join(", ", Enum.GetValues<DropReason>().Select(reason => $"{reason} {Delivery.GetDropped(reason).Total}"));
            return $"{_published} frames published, {Delivery.Delivered.Total} delivered, {_runs} runs taken whole, {Delivery.Overruns} overruns, "
                + $"{_gaps} gaps, {_cutOffs} cut off, {_resumes} publishers came back; dropped: {drops}";
        }
    }
}
