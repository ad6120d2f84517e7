using MediaServer.Media;

namespace MediaServer.Hub;

/// <summary>
/// The states of a subscription. Up at once, as soon as its lag reaches a threshold; down only through
/// <see cref="SubscriptionState.Recovering"/>, when the lag has come below the lowest and stayed there. Time is that of the newest frame's
/// arrival.
/// </summary>
/// <param name="thresholds">Where the states begin.</param>
/// <param name="delivery">Where transitions and swings are counted.</param>
/// <param name="onSwing">Called at each swing, after it was counted.</param>
internal sealed class LagMonitor(LagThresholds thresholds, DeliveryCounters delivery, Action onSwing)
{
    private volatile SubscriptionState _state = SubscriptionState.CatchingUp;
    private long _lowSince;
    private long _normalSince;
    private bool _hasLeftNormal;

    /// <summary>The state at the last look.</summary>
    public SubscriptionState State => _state;

    /// <summary>Reader: looks at the lag before the next frame.</summary>
    /// <returns>Where it is; <see cref="LagLevel.Low"/> while the subscription catches up, when it counts for nothing.</returns>
    public LagLevel Look(MediaFrame next, MediaFrame newest)
    {
        if (_state == SubscriptionState.CatchingUp || (_state == SubscriptionState.Normal && !thresholds.BelowWarning.IsExceeded(next, newest)))
        {
            return LagLevel.Low;
        }

        LagLevel level = thresholds.LevelOf(next, newest);
        if (level >= LagLevel.Critical)
        {
            Enter(SubscriptionState.Critical, newest.ReceivedAt);
        }
        else if (level == LagLevel.Warning && _state != SubscriptionState.Critical)
        {
            Enter(SubscriptionState.Warning, newest.ReceivedAt);
        }
        else if (level == LagLevel.Low)
        {
            Recover(newest.ReceivedAt);
        }
        else
        {
            _lowSince = newest.ReceivedAt; // a recovery begins anew
        }

        return level;
    }

    /// <summary>Reader: has read all there is.</summary>
    public void MeetHead(MediaFrame? newest)
    {
        if (_state == SubscriptionState.CatchingUp)
        {
            Enter(SubscriptionState.Normal, newest?.ReceivedAt ?? 0);
        }
    }

    /// <summary>Reader: has jumped to a random access point, from which it gets all there is.</summary>
    public void CatchUp(MediaFrame newest) => Enter(SubscriptionState.CatchingUp, newest.ReceivedAt);

    /// <summary>Reader: is behind the tail, with nowhere to jump to.</summary>
    public void FallBehind(MediaFrame newest) => Enter(SubscriptionState.Critical, newest.ReceivedAt);

    private void Recover(long now)
    {
        if (_state is SubscriptionState.Warning or SubscriptionState.Critical)
        {
            Enter(SubscriptionState.Recovering, now);
            _lowSince = now;
        }

        if (now - _lowSince >= thresholds.RecoveryTicks)
        {
            Enter(SubscriptionState.Normal, now);
        }
    }

    private void Enter(SubscriptionState state, long now)
    {
        SubscriptionState left = _state;
        if (left == state)
        {
            return;
        }

        _state = state;
        delivery.CountTransition(state);
        if (state == SubscriptionState.Normal)
        {
            _normalSince = now;
        }
        else if (left == SubscriptionState.Normal)
        {
            CountLeave(now);
        }
    }

    private void CountLeave(long now)
    {
        if (_hasLeftNormal && now - _normalSince <= thresholds.SwingTicks)
        {
            delivery.CountSwing();
            onSwing();
        }

        _hasLeftNormal = true;
    }
}
