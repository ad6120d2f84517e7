namespace MediaServer.Transport;

/// <summary>A timer that its shard fires (<see cref="ShardTimers"/>). Changed elsewhere than on the shard it is so as soon as that gets to it.</summary>
internal sealed class ShardTimer(ShardLoop loop, IThreadPoolWorkItem work) : ITimer
{
    /// <summary>What is due never.</summary>
    public const long Never = long.MaxValue;

    private volatile bool _isDisposed;

    /// <summary>What it runs.</summary>
    public IThreadPoolWorkItem Work => work;

    /// <summary>When it fires: a <see cref="TimeProvider.GetTimestamp"/>.</summary>
    public long Due { get; set; } = Never;

    /// <summary>Time from one firing to the next; <see cref="Timeout.InfiniteTimeSpan"/> when there is no next.</summary>
    public TimeSpan Period { get; set; } = Timeout.InfiniteTimeSpan;

    /// <inheritdoc/>
    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        if (_isDisposed)
        {
            return false;
        }

        Set(dueTime, period);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isDisposed = true;
        Set(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private void Set(TimeSpan dueTime, TimeSpan period)
    {
        if (loop.IsCurrent)
        {
            loop.Timers.Set(this, dueTime, period);
        }
        else
        {
            PostSet(dueTime, period);
        }
    }

    private void PostSet(TimeSpan dueTime, TimeSpan period) => loop.Post(() => loop.Timers.Set(this, dueTime, period));
}
