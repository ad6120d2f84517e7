using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace MediaServer.Transport;

/// <summary>A loop without a thread of its own: what is posted runs one after the other on the thread pool.</summary>
public sealed class ManagedLoop : EventLoop, IThreadPoolWorkItem
{
    private const int WorkPerTurn = 64;

    [ThreadStatic]
    private static ManagedLoop? _current;

    private readonly ConcurrentQueue<IThreadPoolWorkItem> _work = new();
    private int _scheduled;

    internal ManagedLoop(LoopMemory memory, TimeProvider time, ILogger logger)
        : base(memory, time, logger)
    {
    }

    /// <inheritdoc/>
    public override bool IsCurrent => _current == this;

    /// <inheritdoc/>
    public override double Load => 0;

    /// <inheritdoc/>
    public override void Post(IThreadPoolWorkItem work)
    {
        _work.Enqueue(work);
        Schedule();
    }

    /// <summary>A visit of the thread pool: runs some of the work that is waiting.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        _current = this;
        Iterations++;
        for (int i = 0; i < WorkPerTurn && _work.TryDequeue(out IThreadPoolWorkItem? work); i++)
        {
            Run(work);
        }

        _current = null;
        Interlocked.Exchange(ref _scheduled, 0); // a full fence: what is enqueued from here on schedules, or is seen below
        if (!_work.IsEmpty)
        {
            Schedule();
        }
    }

    private protected override Task EndAsync() => Task.CompletedTask;

    private void Schedule()
    {
        if (Interlocked.Exchange(ref _scheduled, 1) == 0)
        {
            CountWake();
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }
}
