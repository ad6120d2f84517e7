namespace MediaServer.Hub;

/// <summary>
/// The subscriptions of a topic whose readers wait on the thread pool. The publisher queues one work item for all of them, whatever their
/// number, and never resumes a reader itself.
/// </summary>
internal sealed class WaitingReaders : IThreadPoolWorkItem
{
    private readonly Lock _lock = new(); // never taken by the publisher
    private HashSet<Subscription> _waiting = [];
    private HashSet<Subscription>? _spare;
    private long _due = long.MaxValue; // the head at which somebody is to be woken
    private int _queued;

    /// <summary>Work items queued so far.</summary>
    public long Wakes { get; private set; }

    /// <summary>Adds a reader. It looks at the log once more afterwards: a frame that came before was not told to it.</summary>
    public void Add(Subscription subscription)
    {
        lock (_lock)
        {
            _waiting.Add(subscription);
            Volatile.Write(ref _due, Math.Min(_due, subscription.WakeOffset));
        }

        Interlocked.MemoryBarrier(); // its look at the log comes after, as the publisher's look at _due comes after the log's change
    }

    /// <summary>Takes a reader out that is gone.</summary>
    public void Remove(Subscription subscription)
    {
        lock (_lock)
        {
            _waiting.Remove(subscription);
        }
    }

    /// <summary>Publisher, behind a full fence after the log changed: has everybody woken who waits, if that is due for one of them.</summary>
    /// <param name="head">The log's head; at the end of the stream <see cref="long.MaxValue"/>.</param>
    public void WakeAll(long head)
    {
        if (head >= Volatile.Read(ref _due) && Interlocked.Exchange(ref _queued, 1) == 0)
        {
            Wakes++;
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    /// <summary>Wakes those who wait by now. Who adds itself later is woken by the next.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        Interlocked.Exchange(ref _queued, 0); // first: a frame published from here on queues the next work item
        HashSet<Subscription> woken;
        lock (_lock)
        {
            woken = _waiting;
            _waiting = _spare ?? [];
            _spare = null;
            Volatile.Write(ref _due, long.MaxValue);
        }

        foreach (Subscription subscription in woken)
        {
            subscription.Wake();
        }

        woken.Clear();
        lock (_lock)
        {
            _spare = woken;
        }
    }
}
