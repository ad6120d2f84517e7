using System.Diagnostics.CodeAnalysis;

namespace MediaServer.Transport;

/// <summary>
/// The timers of a shard. It fires them itself, between two waits for the kernel, and waits no longer than until the next is due: so a timer
/// costs no other thread a turn, and no ring to wake the shard. Loop-confined.
/// </summary>
internal sealed class ShardTimers(ShardLoop loop)
{
    private readonly PriorityQueue<ShardTimer, long> _dueTimes = new(); // a timer that was changed stands there more than once

    /// <summary>Milliseconds until the next is due, rounded up; −1 when there is none.</summary>
    public int GetMillisecondsLeft()
    {
        if (!TryPeek(out _, out long due))
        {
            return -1;
        }

        long left = due - loop.Time.GetTimestamp();
        return left <= 0 ? 0 : (int)Math.Min(int.MaxValue, Math.Ceiling(left * 1000.0 / loop.Time.TimestampFrequency));
    }

    /// <summary>Takes the work of the next timer that is due; one with a period is set again.</summary>
    /// <returns>Whether one is due.</returns>
    public bool TryTakeDue([NotNullWhen(true)] out IThreadPoolWorkItem? work)
    {
        work = null;
        if (!TryPeek(out ShardTimer? next, out long due) || due > loop.Time.GetTimestamp())
        {
            return false;
        }

        _dueTimes.Dequeue();
        next.Due = ShardTimer.Never;
        if (next.Period != Timeout.InfiniteTimeSpan)
        {
            SetAt(next, due + ToTicks(next.Period));
        }

        work = next.Work;
        return true;
    }

    /// <summary>Has a timer fire at another time, or never.</summary>
    public void Set(ShardTimer timer, TimeSpan dueTime, TimeSpan period)
    {
        timer.Period = period;
        timer.Due = ShardTimer.Never;
        if (dueTime >= TimeSpan.Zero)
        {
            SetAt(timer, loop.Time.GetTimestamp() + ToTicks(dueTime));
        }
    }

    private void SetAt(ShardTimer timer, long due)
    {
        timer.Due = due;
        _dueTimes.Enqueue(timer, due);
    }

    private long ToTicks(TimeSpan time) => (long)(time.TotalSeconds * loop.Time.TimestampFrequency);

    private bool TryPeek([NotNullWhen(true)] out ShardTimer? timer, out long due)
    {
        while (_dueTimes.TryPeek(out timer, out due) && timer.Due != due)
        {
            _dueTimes.Dequeue(); // it was changed since
        }

        return timer is not null;
    }
}
