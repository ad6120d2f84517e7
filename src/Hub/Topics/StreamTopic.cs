using System.Diagnostics;
using MediaServer.Media;
using Microsoft.Extensions.Logging;

namespace MediaServer.Hub;

/// <summary>One live stream: its log, its configuration, and the subscriptions that read it.</summary>
/// <remarks>
/// <para>Thread-safe. The publisher takes one lock that no subscriber ever takes (<c>_append</c>, contended only by the end of the stream);
/// joining, leaving and statistics take another (<c>_lock</c>) that the publisher never takes; reading takes none.</para>
/// <para><b>The tail rule.</b> The log reaches back to the last random access point and, while there are subscribers, over the live lag
/// bound; all within the budget in frames, bytes and seconds of wall clock. What is not needed any more goes with the next frames, at most
/// <see cref="MaxEvictionsPerFrame"/> at a time, so that the end of a long GOP is no burst of work; what is over budget goes at once.</para>
/// </remarks>
public sealed class StreamTopic
{
    private const int MaxEvictionsPerFrame = 64;

    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly TimeSpan _drainTime;
    private readonly Action<StreamTopic> _forget;
    private readonly LogBound _budget;
    private readonly long _budgetBytes;

    private readonly Lock _append = new();
    private readonly FrameLog _log;
    private readonly ConfigurationHistory _configurations = new();
    private KindCounts _bytesIn;
    private long _chargedBytes;
    private MediaFrame? _lastRandomAccess; // for its place and times; the log holds it or not
    private bool _hasVideo;
    private long _gopFrames;
    private long _gopMilliseconds;
    private bool _ended;

    private readonly Lock _lock = new();
    private readonly HashSet<Subscription> _subscriptions = [];
    private readonly DeliveryCounters _retired = new(); // of subscriptions that are gone
    private int _subscriberCount;                       // also read by the publisher
    private int _undrained;                             // subscriptions that may still read
    private ITopicSignal[] _signals = [];               // replaced, never changed
    private ITimer? _drainTimer;

    internal StreamTopic(StreamKey key, HubOptions options, TimeProvider timeProvider, ILogger logger, Action<StreamTopic> forget)
    {
        Key = key;
        StartedAt = timeProvider.GetUtcNow();
        _timeProvider = timeProvider;
        _logger = logger;
        _forget = forget;
        _drainTime = options.DrainTime;
        _budgetBytes = options.BudgetBytes;
        _budget = new LogBound(options.BudgetFrames, long.MaxValue, ToTicks(options.BudgetTime));
        LagBound = new LogBound(options.LagFrames, options.LagBytes, ToTicks(options.LagTime));
        _log = new FrameLog(options.BudgetFrames);
    }

    /// <summary>The stream's name.</summary>
    public StreamKey Key { get; }

    /// <summary>When it was started.</summary>
    public DateTimeOffset StartedAt { get; }

    /// <summary>Whether it has ended: no frame comes any more, but there may be some left to read.</summary>
    public bool IsEnded => Volatile.Read(ref _ended);

    /// <summary>The offset that the next frame will get: how many there have been.</summary>
    public long Head => _log.Head;

    /// <summary>The offset of the oldest frame held.</summary>
    public long Tail => _log.Tail;

    /// <summary>Metadata and sequence headers after all that was published so far.</summary>
    public StreamConfiguration Configuration => _configurations.Current;

    internal FrameLog Log => _log;

    internal ConfigurationHistory Configurations => _configurations;

    internal WaitingReaders Waiting { get; } = new();

    internal LogBound LagBound { get; }

    /// <summary>The newest place where joining is possible, if the log still reaches back to it.</summary>
    internal MediaFrame? LastRandomAccess =>
        Volatile.Read(ref _lastRandomAccess) is { } last && last.Offset >= _log.Tail ? last : null;

    /// <summary>Joins: whoever subscribes reads from where the options say, and disposes the subscription when done.</summary>
    /// <returns>A subscription; one that is complete if the stream has ended.</returns>
    public Subscription Subscribe(SubscriptionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        lock (_lock)
        {
            if (IsEnded)
            {
                return new Subscription(this, options, _log.HeadPosition);
            }

            Interlocked.Increment(ref _subscriberCount); // before looking for a place: from here on the log keeps the lag bound
            _undrained++;
            var subscription = new Subscription(this, options, FindStart(options));
            _subscriptions.Add(subscription);
            return subscription;
        }
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

    /// <summary>Counts and measures of this moment.</summary>
    public TopicStatistics GetStatistics()
    {
        var traffic = new TrafficCounters();
        AddTo(traffic);
        Dictionary<string, int> subscribers;
        double[] fills;
        lock (_lock)
        {
            subscribers = _subscriptions.CountBy(subscription => subscription.Kind).ToDictionary();
            fills = [.. _subscriptions.Where(subscription => !subscription.IsCatchingUp).Select(subscription => subscription.Fill)];
        }

        MediaFrame? keyframe = Volatile.Read(ref _hasVideo) ? Volatile.Read(ref _lastRandomAccess) : null;
        long tail = _log.Tail; // before the head, which only grows
        return new TopicStatistics
        {
            Traffic = traffic,
            Subscribers = subscribers,
            SettledSubscribers = fills.Length,
            MaxFill = fills.DefaultIfEmpty().Max(),
            SumOfFills = fills.Sum(),
            LogFrames = _log.Head - tail,
            LogBytes = Volatile.Read(ref _chargedBytes),
            SinceKeyframe = keyframe is null ? null : _timeProvider.GetElapsedTime(keyframe.ReceivedAt),
            GopFrames = Volatile.Read(ref _gopFrames),
            GopDuration = TimeSpan.FromMilliseconds(Volatile.Read(ref _gopMilliseconds)),
        };
    }

    internal void Append(MediaFrame frame)
    {
        lock (_append)
        {
            if (_ended)
            {
                frame.Release();
                return;
            }

            Debug.Assert(frame.Offset < 0, "a frame is published once");
            frame.Position = _log.HeadPosition;
            if (StreamConfiguration.Holds(frame))
            {
                _configurations.Record(frame);
            }

            _bytesIn += KindCounts.Of(frame.Kind, frame.LengthBytes);
            Volatile.Write(ref _chargedBytes, _chargedBytes + ChargeOf(frame));
            _log.Append(frame);
            NoteRandomAccess(frame);
            Interlocked.MemoryBarrier(); // who adds itself below and then looks at the log either sees the frame or is seen here
            Evict(frame);
        }

        Notify();
    }

    internal void End()
    {
        lock (_append)
        {
            Volatile.Write(ref _ended, true);
        }

        LogPosition head = _log.HeadPosition;
        _logger.StreamEnded(Key.ToString(), head.Offset, head.Bytes);
        Interlocked.MemoryBarrier();
        Notify();
        bool isDrained;
        bool isIdle;
        lock (_lock)
        {
            isDrained = _undrained == 0;
            isIdle = _subscriptions.Count == 0;
            if (!isDrained)
            {
                _drainTimer = _timeProvider.CreateTimer(
                    static topic => ((StreamTopic)topic!).StopDraining(), this, _drainTime, Timeout.InfiniteTimeSpan);
            }
        }

        if (isDrained)
        {
            ReleaseLog();
        }

        if (isIdle)
        {
            _forget(this);
        }
    }

    /// <summary>A subscription has read to the end of the stream, or is gone.</summary>
    internal void OnFinished(Subscription subscription)
    {
        bool isDrained;
        lock (_lock)
        {
            if (!_subscriptions.Contains(subscription))
            {
                return; // it joined after the end, and was never counted
            }

            isDrained = --_undrained == 0 && IsEnded;
        }

        if (isDrained)
        {
            ReleaseLog();
        }
    }

    internal void Remove(Subscription subscription)
    {
        bool isIdle;
        lock (_lock)
        {
            if (!_subscriptions.Remove(subscription))
            {
                return;
            }

            _retired.Add(subscription.Delivery);
            Interlocked.Decrement(ref _subscriberCount);
            isIdle = IsEnded && _subscriptions.Count == 0;
        }

        Waiting.Remove(subscription);
        if (subscription.Delivery.Overruns > 0)
        {
            _logger.SubscriberFellBehind(
                Key.ToString(),
                subscription.Kind,
                subscription.Delivery.Overruns,
                subscription.Delivery.GetDropped(DropReason.Overrun).Total);
        }

        if (isIdle)
        {
            _forget(this);
        }
    }

    internal void AddTo(TrafficCounters totals)
    {
        lock (_lock)
        {
            totals.AddPublished(KindCounts.Before(_log.HeadPosition), _bytesIn);
            totals.Delivery.Add(_retired);
            foreach (Subscription subscription in _subscriptions)
            {
                totals.Delivery.Add(subscription.Delivery);
            }
        }
    }

    internal long GetTimestamp() => _timeProvider.GetTimestamp();

    internal long ToTicks(TimeSpan time) => (long)(time.TotalSeconds * _timeProvider.TimestampFrequency);

    internal TimeSpan ToTime(long ticks) => _timeProvider.GetElapsedTime(0, ticks);

    private static long ChargeOf(MediaFrame frame) => frame.ChargedBytes + (frame.OwnsBytes ? frame.LengthBytes : 0);

    /// <summary>Video track 0 decides where one can join; without video, every audio frame will do.</summary>
    private bool IsJoinPoint(MediaFrame frame) => frame.Kind switch
    {
        MediaKind.Video => frame.TrackId == 0 && frame.Is(FrameTraits.RandomAccess),
        MediaKind.Audio => !Volatile.Read(ref _hasVideo) && !StreamConfiguration.Holds(frame),
        _ => false,
    };

    private LogPosition FindStart(SubscriptionOptions options)
    {
        MediaFrame? start = options.Join switch
        {
            JoinMode.NextRandomAccessPoint => null,
            JoinMode.SomeTimeBack => FindJoinPointSince(GetTimestamp() - ToTicks(options.Back)) ?? LastRandomAccess,
            _ => LastRandomAccess,
        };
        return start?.Position ?? _log.HeadPosition;
    }

    private MediaFrame? FindJoinPointSince(long timestamp)
    {
        long head = _log.Head;
        for (long offset = _log.Tail; offset < head; offset++)
        {
            if (_log.Peek(offset) is { } frame && frame.ReceivedAt >= timestamp && IsJoinPoint(frame))
            {
                return frame;
            }
        }

        return null;
    }

    private void NoteRandomAccess(MediaFrame frame)
    {
        if (frame.Kind == MediaKind.Video && !_hasVideo)
        {
            Volatile.Write(ref _hasVideo, true);
            Volatile.Write(ref _lastRandomAccess, null); // audio before the first video was no place to join after all
        }

        if (!IsJoinPoint(frame))
        {
            return;
        }

        if (_hasVideo && _lastRandomAccess is { } previous)
        {
            Volatile.Write(ref _gopFrames, frame.Position.VideoFrames - previous.Position.VideoFrames);
            Volatile.Write(ref _gopMilliseconds, frame.Dts - previous.Dts);
        }

        Volatile.Write(ref _lastRandomAccess, frame);
    }

    private void Evict(MediaFrame newest)
    {
        long lastRandomAccess = _lastRandomAccess?.Offset ?? long.MaxValue;
        bool hasSubscribers = Volatile.Read(ref _subscriberCount) > 0;
        int evicted = 0;
        while (_log.TryGetOldest(out MediaFrame? oldest))
        {
            bool isOverBudget = oldest != newest && (_chargedBytes > _budgetBytes || _budget.IsExceeded(oldest, newest));
            bool isNeeded = oldest.Offset >= lastRandomAccess || (hasSubscribers && !LagBound.IsExceeded(oldest, newest));
            if (!isOverBudget && (isNeeded || evicted == MaxEvictionsPerFrame))
            {
                break;
            }

            EvictOldest(oldest);
            evicted++;
        }

        if (evicted > 0)
        {
            _configurations.ForgetBefore(_log.Tail);
        }
    }

    private void EvictOldest(MediaFrame oldest)
    {
        Volatile.Write(ref _chargedBytes, _chargedBytes - ChargeOf(oldest));
        _log.EvictOldest();
    }

    private void Notify()
    {
        foreach (ITopicSignal signal in Volatile.Read(ref _signals))
        {
            signal.FramesAvailable();
        }

        Waiting.WakeAll();
    }

    private void StopDraining()
    {
        int left;
        lock (_lock)
        {
            left = _undrained;
        }

        if (left > 0)
        {
            _logger.NotDrained(Key.ToString(), left);
            ReleaseLog();
        }
    }

    /// <summary>After the end: lets go of all frames. Who has not read them finds them evicted, and completes.</summary>
    private void ReleaseLog()
    {
        lock (_append)
        {
            while (_log.TryGetOldest(out MediaFrame? oldest))
            {
                EvictOldest(oldest);
            }
        }

        lock (_lock)
        {
            _drainTimer?.Dispose();
            _drainTimer = null;
        }
    }
}
