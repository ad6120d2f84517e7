using MediaServer.Media;
using Microsoft.Extensions.Logging;

namespace MediaServer.Hub;

/// <summary>One stream: its log, its configuration, and the subscriptions that read it. It outlives a publisher that was lost.</summary>
/// <remarks>
/// Thread-safe. The publisher takes one lock that only its own coming and going takes too, and that of lossless subscriptions
/// (<c>_append</c>); joining, leaving and statistics take another (<see cref="TopicSubscribers"/>), which the publisher never takes; reading
/// takes none. Neither is taken inside the other.
/// </remarks>
public sealed class StreamTopic
{
    private const int SwingsLogged = 3;

    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly TimeSpan _drainTime;
    private readonly double _timeTicksPerTick; // of a TimeSpan, of a timestamp
    private readonly Action<StreamTopic> _forget;

    private readonly Lock _append = new(); // of the log's writer
    private Publication? _publisher;
    private bool _ended;
    private bool _isReleased; // since the end nothing is held any more, but for lossless subscriptions

    private readonly TopicSubscribers _subscribers = new();
    private readonly Lock _lock = new();
    private ITopicSignal[] _signals = []; // replaced, never changed
    private ITimer? _drainTimer;

    internal StreamTopic(StreamKey key, HubOptions options, TimeProvider timeProvider, LosslessBudget losslessBudget, ILogger logger, Action<StreamTopic> forget)
    {
        Key = key;
        StartedAt = timeProvider.GetUtcNow();
        _timeProvider = timeProvider;
        _logger = logger;
        _forget = forget;
        _drainTime = options.DrainTime;
        _timeTicksPerTick = (double)TimeSpan.TicksPerSecond / timeProvider.TimestampFrequency;
        Log = new TopicLog(options, timeProvider, losslessBudget);
    }

    /// <summary>The stream's name.</summary>
    public StreamKey Key { get; }

    /// <summary>When it was started.</summary>
    public DateTimeOffset StartedAt { get; }

    /// <summary>Whether somebody publishes it, or may come to.</summary>
    public TopicState State => IsEnded ? TopicState.Ended : Volatile.Read(ref _publisher) is null ? TopicState.Waiting : TopicState.Live;

    /// <summary>Whether it has ended: no frame comes any more, but there may be some left to read.</summary>
    public bool IsEnded => Volatile.Read(ref _ended);

    /// <summary>The offset that the next frame will get: how many there have been.</summary>
    public long Head => Log.Frames.Head;

    /// <summary>Frames published so far, by kind.</summary>
    public KindCounts Published => KindCounts.Before(Log.Frames.HeadPosition);

    /// <summary>Payload bytes published so far, by kind.</summary>
    public KindCounts PublishedBytes => Log.BytesIn;

    /// <summary>The offset of the oldest frame held.</summary>
    public long Tail => Log.Frames.Tail;

    /// <summary>Metadata and sequence headers after all that was published so far.</summary>
    public StreamConfiguration Configuration => Log.Configurations.Current;

    /// <summary>What was wrong with its publishers' timestamps, and repaired. Counted by the timelines of those who publish.</summary>
    public TimelineFaults TimelineFaults { get; } = new();

    /// <summary>How long frames waited for others before they went out together. Recorded by those who send.</summary>
    public DurationHistogram FlushDelays { get; } = new();

    internal TopicLog Log { get; }

    internal WaitingReaders Waiting { get; } = new();

    /// <summary>Joins: whoever subscribes reads from where the options say, and disposes the subscription when done.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A limit in the options is not above 0.</exception>
    /// <returns>A subscription; one that is complete if the stream has ended.</returns>
    public Subscription Subscribe(SubscriptionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        LagThresholds thresholds = Log.Thresholds.For(options.Policy, options.Limit);
        LosslessHold? hold = options.Policy == SlowPolicy.Block ? Hold() : null; // before looking for a place: from here on nothing goes
        return _subscribers.TryAdd(() => new Subscription(this, options, thresholds, FindStart(options), hold))
            ?? new Subscription(this, options, thresholds, Log.Frames.HeadPosition, hold);
    }

    /// <summary>Has the signal called from now on. Look at the subscriptions once afterwards: what came before is not signalled.</summary>
    public void AddSignal(ITopicSignal signal)
    {
        lock (_lock)
        {
            Volatile.Write(ref _signals, [.. _signals, signal]);
        }

        Interlocked.MemoryBarrier(); // the caller's look at the log comes after, as the publisher's look here comes after its append
    }

    /// <summary>Stops calling the signal; a call that is just running may end later.</summary>
    public void RemoveSignal(ITopicSignal signal)
    {
        lock (_lock)
        {
            Volatile.Write(ref _signals, [.. _signals.Where(other => other != signal)]);
        }
    }

    /// <summary>Takes the frames from an offset on once, for many subscribers: as many as there are and fit (<see cref="FrameRun"/>).</summary>
    /// <param name="run">What takes them; emptied first. It stays empty when the frame there is not held, or needs a look for each subscriber.</param>
    /// <param name="from">Offset of the first.</param>
    public void Fill(FrameRun run, long from)
    {
        ArgumentNullException.ThrowIfNull(run);
        run.Clear();
        while (Log.Frames.TryRetain(from++, out MediaFrame? frame) == Retained.Taken)
        {
            if (!run.TryAdd(frame!))
            {
                frame!.Release();
                break;
            }
        }
    }

    /// <summary>Its subscribers of this moment.</summary>
    public IReadOnlyList<SubscriberStatistics> GetSubscribers() => _subscribers.Describe();

    /// <summary>Counts and measures of this moment.</summary>
    public TopicStatistics GetStatistics()
    {
        var traffic = new TrafficCounters();
        AddTo(traffic);
        return TopicStatistics.Of(this, traffic, GetSubscribers());
    }

    /// <summary>Has the publication's frames appended from now on, and nobody else's.</summary>
    internal void Attach(Publication publication)
    {
        lock (_append)
        {
            Volatile.Write(ref _publisher, publication);
        }
    }

    /// <summary>Has no frame of the publication appended any more.</summary>
    /// <returns>Whether it was the publisher's.</returns>
    internal bool TryDetach(Publication publication)
    {
        lock (_append)
        {
            if (_publisher != publication)
            {
                return false;
            }

            Volatile.Write(ref _publisher, null);
            return true;
        }
    }

    internal void Append(MediaFrame frame, Publication publication)
    {
        lock (_append)
        {
            if (_publisher != publication)
            {
                frame.Release();
                return;
            }

            Log.Append(frame);
            Interlocked.MemoryBarrier(); // who adds itself below and then looks at the log either sees the frame or is seen here
            Log.Evict(hasSubscribers: _subscribers.Any);
        }

        Notify();
    }

    internal void End()
    {
        lock (_append)
        {
            Volatile.Write(ref _ended, true);
        }

        LogPosition head = Log.Frames.HeadPosition;
        _logger.StreamEnded(Key.ToString(), head.Offset, head.Bytes);
        Interlocked.MemoryBarrier();
        Notify();
        bool isIdle = _subscribers.Close(out bool isDrained);
        if (isDrained)
        {
            ReleaseLog();
        }
        else
        {
            StartDraining();
        }

        if (isIdle)
        {
            _forget(this);
        }
    }

    /// <summary>A subscription has read to the end of the stream and has had it all confirmed, or is gone.</summary>
    internal void OnFinished(Subscription subscription)
    {
        if (_subscribers.Finish(subscription) || Volatile.Read(ref _isReleased))
        {
            ReleaseLog();
        }
    }

    internal void Remove(Subscription subscription)
    {
        if (subscription.Hold is { } hold)
        {
            Release(hold);
        }

        if (!_subscribers.TryRemove(subscription, out bool isLast))
        {
            return;
        }

        Waiting.Remove(subscription);
        if (subscription.Delivery.Overruns > 0)
        {
            _logger.SubscriberFellBehind(
                Key.ToString(), subscription.Kind, subscription.Delivery.Overruns, subscription.Delivery.GetDropped(DropReason.Overrun).Total);
        }

        if (isLast)
        {
            _forget(this);
        }
    }

    /// <summary>A subscription has left Normal soon after it had come back to it, once more.</summary>
    internal void OnSwing(Subscription subscription)
    {
        if (subscription.Delivery.Swings == SwingsLogged)
        {
            _logger.SubscriberSwings(Key.ToString(), subscription.Kind, subscription.Name ?? "-");
        }
    }

    /// <summary>A lossless subscription has lost frames.</summary>
    internal void OnGap(Subscription subscription, FrameGap gap) =>
        _logger.LosslessGap(Key.ToString(), subscription.Kind, gap.To - gap.From, gap.From, gap.To);

    internal void AddTo(TrafficCounters totals)
    {
        totals.AddPublished(KindCounts.Before(Log.Frames.HeadPosition), Log.BytesIn);
        totals.TimelineFaults.Add(TimelineFaults);
        totals.FlushDelays.Add(FlushDelays);
        _subscribers.AddTo(totals.Delivery);
    }

    internal DateTimeOffset GetUtcNow() => _timeProvider.GetUtcNow();

    internal TimeSpan GetElapsedTime(long since) => _timeProvider.GetElapsedTime(since);

    internal long GetTimestamp() => _timeProvider.GetTimestamp();

    internal long ToTicks(TimeSpan time) => (long)(time.TotalSeconds * _timeProvider.TimestampFrequency);

    internal TimeSpan ToTime(long ticks) => new((long)(ticks * _timeTicksPerTick));

    private LosslessHold Hold()
    {
        lock (_append)
        {
            return Log.Hold();
        }
    }

    private void Release(LosslessHold hold)
    {
        lock (_append)
        {
            Log.Release(hold);
            if (_isReleased)
            {
                Log.Clear();
            }
        }
    }

    private LogPosition FindStart(SubscriptionOptions options)
    {
        MediaFrame? start = options.Join switch
        {
            JoinMode.NextRandomAccessPoint => null,
            JoinMode.SomeTimeBack => Log.FindRandomAccessSince(GetTimestamp() - ToTicks(options.Back)) ?? Log.LastRandomAccess,
            _ => Log.LastRandomAccess,
        };
        return start?.Position ?? Log.Frames.HeadPosition;
    }

    private void Notify()
    {
        foreach (ITopicSignal signal in Volatile.Read(ref _signals))
        {
            signal.FramesAvailable();
        }

        Waiting.WakeAll(IsEnded ? long.MaxValue : Log.Frames.Head);
    }

    private void StartDraining()
    {
        lock (_lock)
        {
            if (!Volatile.Read(ref _isReleased)) // by the last reader, just now
            {
                _drainTimer = _timeProvider.CreateTimer(
                    static topic => ((StreamTopic)topic!).StopDraining(), this, _drainTime, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private void StopDraining()
    {
        int left = _subscribers.Undrained;
        if (left > 0)
        {
            _logger.NotDrained(Key.ToString(), left);
            ReleaseLog();
        }
    }

    /// <summary>After the end: lets go of all frames but what lossless subscriptions hold. Who has not read them finds them evicted, and completes.</summary>
    private void ReleaseLog()
    {
        lock (_append)
        {
            Volatile.Write(ref _isReleased, true);
            Log.Clear();
        }

        lock (_lock)
        {
            _drainTimer?.Dispose();
            _drainTimer = null;
        }
    }
}
