using Microsoft.Extensions.Logging;

namespace MediaServer.Transport;

/// <summary>
/// Runs everything that belongs to its connections, one thing at a time: their protocol, their sends, and the work posted to it. Nothing
/// that waits may run here.
/// </summary>
/// <remarks>
/// Posting is safe for ever: work posted to a loop that was stopped still runs, one thing at a time, on the thread pool, so that nobody
/// awaits <see cref="SwitchTo"/> in vain; its connections are closed by then.
/// </remarks>
public abstract class EventLoop
{
    private readonly HashSet<TransportConnection> _connections = [];
    private bool _stopped;
    private int _connectionCount;
    private long _wakes;

    private protected EventLoop(LoopMemory memory, TimeProvider time, ILogger logger)
    {
        Memory = memory;
        Time = time;
        Logger = logger;
    }

    /// <summary>The clock of its timers.</summary>
    public TimeProvider Time { get; }

    /// <summary>Whether the caller runs on this loop.</summary>
    public abstract bool IsCurrent { get; }

    /// <summary>Share of the last second that it was at work, 0 to 1; 0 where it is not measured.</summary>
    public abstract double Load { get; }

    /// <summary>Connections that belong to it.</summary>
    public int ConnectionCount => Volatile.Read(ref _connectionCount);

    /// <summary>Turns taken: waits for the kernel, or visits of the thread pool.</summary>
    public long Iterations { get; private protected set; }

    /// <summary>How often it had to be woken because work was posted while it slept.</summary>
    public long Wakes => Volatile.Read(ref _wakes);

    /// <summary>Exceptions that ended a connection or a piece of posted work: bugs of ours, each logged.</summary>
    public long Faults { get; private set; }

    /// <summary>Bytes received by its connections, past and present.</summary>
    public long BytesReceived { get; internal set; }

    /// <summary>Bytes the kernel took from its connections, past and present.</summary>
    public long BytesSent { get; internal set; }

    /// <summary>System calls (or stream writes) that sent them.</summary>
    public long SendCalls { get; internal set; }

    internal LoopMemory Memory { get; }

    internal ILogger Logger { get; }

    /// <summary>
    /// Runs work on the loop, in the order posted. What the loop posts to itself runs after it looked at its sockets once more: that is how
    /// long work yields. Callable from any thread, does not allocate.
    /// </summary>
    public abstract void Post(IThreadPoolWorkItem work);

    /// <inheritdoc cref="Post(IThreadPoolWorkItem)"/>
    public void Post(Action work) => Post(new PostedAction(work));

    /// <summary>Await it to go on on the loop; at once when already there.</summary>
    public LoopSwitch SwitchTo() => new(this, always: false);

    /// <summary>Await it on the loop to let the sockets and the work that is waiting go first.</summary>
    public LoopSwitch Yield() => new(this, always: true);

    /// <summary>Posts the work when the time comes.</summary>
    /// <param name="work">What runs on the loop.</param>
    /// <param name="dueTime">Time until the first run.</param>
    /// <param name="period">Time between runs; <see cref="Timeout.InfiniteTimeSpan"/> for one run only.</param>
    /// <returns>The timer. Work that was posted before it is disposed still runs.</returns>
    public virtual ITimer CreateTimer(IThreadPoolWorkItem work, TimeSpan dueTime, TimeSpan period) =>
        Time.CreateTimer(static state => ((LoopTimer)state!).Fire(), new LoopTimer(this, work), dueTime, period);

    /// <inheritdoc cref="CreateTimer(IThreadPoolWorkItem, TimeSpan, TimeSpan)"/>
    public ITimer CreateTimer(Action work, TimeSpan dueTime, TimeSpan period) => CreateTimer(new PostedAction(work), dueTime, period);

    /// <summary>Ends all its connections, those still to come, and the loop.</summary>
    internal async Task StopAsync()
    {
        await SwitchTo();
        _stopped = true;
        TransportConnection[] open = [.. _connections];
        foreach (TransportConnection connection in open)
        {
            connection.Terminate(ConnectionEnd.Aborted);
        }

        await Task.WhenAll(open.Select(connection => connection.Closed));
        await EndAsync();
    }

    /// <summary>Counts a connection in before it gets here, so that a burst of them is spread by what is on its way, too.</summary>
    internal void Expect() => Interlocked.Increment(ref _connectionCount);

    /// <summary>Makes a connection one of its own.</summary>
    /// <returns>Whether it did: not after it was stopped.</returns>
    internal bool TryAttach(TransportConnection connection) => !_stopped && _connections.Add(connection);

    internal void Detach(TransportConnection connection)
    {
        _connections.Remove(connection);
        Interlocked.Decrement(ref _connectionCount);
    }

    internal void CountFault() => Faults++;

    private protected void CountWake() => Interlocked.Increment(ref _wakes);

    /// <summary>Ends what drives the loop.</summary>
    private protected abstract Task EndAsync();

    private protected void Run(IThreadPoolWorkItem work)
    {
        try
        {
            work.Execute();
        }
        catch (Exception exception)
        {
            Faults++;
            Logger.PostedWorkFailed(exception);
        }
    }

    private sealed class PostedAction(Action work) : IThreadPoolWorkItem
    {
        public void Execute() => work();
    }

    private sealed class LoopTimer(EventLoop loop, IThreadPoolWorkItem work)
    {
        public void Fire() => loop.Post(work);
    }
}
