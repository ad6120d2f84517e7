using MediaServer.Media;

namespace MediaServer.Hub;

/// <summary>How far a subscription may lag, and from which shares of that on something is done about it.</summary>
internal sealed class LagThresholds
{
    private static readonly TimeSpan SwingTime = TimeSpan.FromMinutes(1);

    private readonly HubOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly LogBound _belowCritical;
    private readonly LogBound _belowRecovery;

    public LagThresholds(HubOptions options, TimeProvider timeProvider)
        : this(options, timeProvider, new LogBound(options.LagFrames, options.LagBytes, ToTicks(timeProvider, options.LagTime)))
    {
    }

    private LagThresholds(HubOptions options, TimeProvider timeProvider, LogBound full)
    {
        _options = options;
        _timeProvider = timeProvider;
        RecoveryTicks = ToTicks(timeProvider, options.RecoveryTime);
        SwingTicks = ToTicks(timeProvider, SwingTime);
        Full = full;
        BelowWarning = full.Below(options.WarningFill);
        _belowCritical = full.Below(options.CriticalFill);
        _belowRecovery = full.Below(options.RecoveryFill);
    }

    /// <summary>The bound itself.</summary>
    public LogBound Full { get; }

    /// <summary>Up to where nothing is done.</summary>
    public LogBound BelowWarning { get; }

    /// <summary>How long a lag must stay low, in timestamp units.</summary>
    public long RecoveryTicks { get; }

    /// <summary>Who leaves <see cref="SubscriptionState.Normal"/> so soon after having come back to it swings; in timestamp units.</summary>
    public long SwingTicks { get; }

    /// <summary>
    /// Those of one subscription. Who reads on beyond its bound needs the log behind it: its bound is half of what the log reaches over.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">A limit is not above 0.</exception>
    public LagThresholds For(SlowPolicy policy, LagLimit limit)
    {
        var limited = new LogBound(
            limit.Frames ?? long.MaxValue, limit.Bytes ?? long.MaxValue, limit.Time is { } time ? ToTicks(_timeProvider, time) : long.MaxValue);
        ArgumentOutOfRangeException.ThrowIfLessThan(Math.Min(Math.Min(limited.Frames, limited.Bytes), limited.Ticks), 1, nameof(limit));
        LogBound full = policy switch
        {
            SlowPolicy.Block => LogBound.None,
            SlowPolicy.Sample or SlowPolicy.DropNewest => Full.Half.Min(limited),
            _ => Full.Min(limited),
        };
        return full == Full ? this : new LagThresholds(_options, _timeProvider, full);
    }

    /// <summary>Where a subscription is that would read a frame next. Who is about to read the newest does not lag, be it as large as it may.</summary>
    public LagLevel LevelOf(MediaFrame next, MediaFrame newest) =>
        next == newest || !_belowRecovery.IsExceeded(next, newest) ? LagLevel.Low
        : !BelowWarning.IsExceeded(next, newest) ? LagLevel.Medium
        : !_belowCritical.IsExceeded(next, newest) ? LagLevel.Warning
        : !Full.IsExceeded(next, newest) ? LagLevel.Critical
        : LagLevel.Over;

    /// <summary>The state that a fill would bring a subscription into that kept up before.</summary>
    public SubscriptionState StateAt(double fill) =>
        fill >= _options.CriticalFill ? SubscriptionState.Critical
        : fill >= _options.WarningFill ? SubscriptionState.Warning
        : SubscriptionState.Normal;

    private static long ToTicks(TimeProvider timeProvider, TimeSpan time) => (long)(time.TotalSeconds * timeProvider.TimestampFrequency);
}
