namespace MediaServer.Hub;

/// <summary>The subscriptions of a topic, and what those have counted that are gone. Thread-safe, by a lock that the publisher never takes.</summary>
internal sealed class TopicSubscribers
{
    private readonly Lock _lock = new();
    private readonly HashSet<Subscription> _subscriptions = [];
    private readonly DeliveryCounters _retired = new();
    private int _count;
    private int _undrained; // those that may still read
    private bool _isClosed;

    /// <summary>Whether there are any. For the publisher.</summary>
    public bool Any => Volatile.Read(ref _count) > 0;

    /// <summary>How many have not read the stream to its end.</summary>
    public int Undrained
    {
        get
        {
            lock (_lock)
            {
                return _undrained;
            }
        }
    }

    /// <summary>Adds one. It is counted before it is made: the place that it looks for in the log is kept then.</summary>
    /// <returns>Null when nobody can be added any more.</returns>
    public Subscription? TryAdd(Func<Subscription> join)
    {
        lock (_lock)
        {
            if (_isClosed)
            {
                return null;
            }

            Interlocked.Increment(ref _count);
            _undrained++;
            Subscription subscription = join();
            _subscriptions.Add(subscription);
            return subscription;
        }
    }

    /// <summary>Has nobody added any more.</summary>
    /// <param name="isDrained">Whether all have read the stream to its end.</param>
    /// <returns>Whether there is none.</returns>
    public bool Close(out bool isDrained)
    {
        lock (_lock)
        {
            _isClosed = true;
            isDrained = _undrained == 0;
            return _subscriptions.Count == 0;
        }
    }

    /// <summary>One of them has read the stream to its end, or does not read any more.</summary>
    /// <returns>Whether it was the last; never before <see cref="Close"/>.</returns>
    public bool Finish(Subscription subscription)
    {
        lock (_lock)
        {
            return _subscriptions.Contains(subscription) && --_undrained == 0 && _isClosed; // who joined after the end was never counted
        }
    }

    /// <summary>One of them is gone; its counts stay.</summary>
    /// <param name="subscription">It.</param>
    /// <param name="isLast">Whether it was the last; never before <see cref="Close"/>.</param>
    /// <returns>Whether it was one of them.</returns>
    public bool TryRemove(Subscription subscription, out bool isLast)
    {
        lock (_lock)
        {
            isLast = false;
            if (!_subscriptions.Remove(subscription))
            {
                return false;
            }

            _retired.Add(subscription.Delivery);
            Interlocked.Decrement(ref _count);
            isLast = _isClosed && _subscriptions.Count == 0;
            return true;
        }
    }

    /// <summary>Their numbers of this moment.</summary>
    public IReadOnlyList<SubscriberStatistics> Describe()
    {
        lock (_lock)
        {
            return [.. _subscriptions.Select(subscription => subscription.Describe())];
        }
    }

    /// <summary>Adds what became of all frames for all there have been.</summary>
    public void AddTo(DeliveryCounters totals)
    {
        lock (_lock)
        {
            totals.Add(_retired);
            foreach (Subscription subscription in _subscriptions)
            {
                totals.Add(subscription.Delivery);
            }
        }
    }
}
