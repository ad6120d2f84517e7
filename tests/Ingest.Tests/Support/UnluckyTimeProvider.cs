using MediaServer.TestKit;

namespace MediaServer.Ingest.Tests.Support;

/// <summary>Time that can be told to fail: an exception where nobody expects one.</summary>
internal sealed class UnluckyTimeProvider(ManualTimeProvider time) : TimeProvider
{
    private int _callsUntilFault = -1;

    /// <summary>Whether a call has failed since <see cref="FailAfter"/>.</summary>
    public bool HasFailed => Volatile.Read(ref _callsUntilFault) < 0;

    public override long TimestampFrequency => time.TimestampFrequency;

    /// <summary>Fails once, after that many calls went well.</summary>
    public void FailAfter(int calls) => Volatile.Write(ref _callsUntilFault, calls);

    public override long GetTimestamp()
    {
        FailIfDue();
        return time.GetTimestamp();
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        FailIfDue();
        return time.CreateTimer(callback, state, dueTime, period);
    }

    private void FailIfDue()
    {
        if (Volatile.Read(ref _callsUntilFault) >= 0 && Interlocked.Decrement(ref _callsUntilFault) < 0)
        {
            throw new InvalidOperationException("time failed");
        }
    }
}
