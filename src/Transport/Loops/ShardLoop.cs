using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace MediaServer.Transport;

/// <summary>A thread around one epoll that owns its sockets whole: it receives, runs their protocol inline, and sends.</summary>
public sealed class ShardLoop : EventLoop
{
    private static readonly TimeSpan RecoveryPause = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentQueue<IThreadPoolWorkItem> _work = new();
    private readonly Poller _poller = new();
    private readonly LoadMeter _load;
    private readonly ManagedLoop _afterwards; // runs what is posted once the thread has ended
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int _thread;
    private ShardConnection?[] _sockets = new ShardConnection?[256]; // by descriptor
    private int _asleep;
    private bool _stopping;
    private volatile bool _gone;

    internal ShardLoop(string name, LoopMemory memory, TimeProvider time, ILogger logger)
        : base(memory, time, logger)
    {
        _load = new LoadMeter(time);
        Timers = new ShardTimers(this);
        _afterwards = new ManagedLoop(memory, time, logger);
        var thread = new Thread(RunThread) { Name = name, IsBackground = true };
        _thread = thread.ManagedThreadId;
        thread.Start();
    }

    /// <inheritdoc/>
    public override bool IsCurrent => _gone ? _afterwards.IsCurrent : Environment.CurrentManagedThreadId == _thread;

    /// <inheritdoc/>
    public override double Load => _load.Load;

    /// <inheritdoc/>
    public override void Post(IThreadPoolWorkItem work)
    {
        _work.Enqueue(work);
        bool asleep = Interlocked.Exchange(ref _asleep, 0) == 1; // a full fence between the queue and _gone
        if (_gone)
        {
            HandOver();
        }
        else if (asleep)
        {
            CountWake();
            _poller.Ring();
        }
    }

    /// <inheritdoc/>
    public override ITimer CreateTimer(IThreadPoolWorkItem work, TimeSpan dueTime, TimeSpan period)
    {
        if (Time != TimeProvider.System)
        {
            return base.CreateTimer(work, dueTime, period); // the kernel knows no other clock
        }

        var timer = new ShardTimer(this, work);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>The timers that it fires.</summary>
    internal ShardTimers Timers { get; }

    /// <summary>The epoll's descriptor.</summary>
    internal int PollDescriptor => _poller.Descriptor;

    /// <summary>Begins to watch a connection's socket.</summary>
    /// <returns>0, or the error.</returns>
    internal int Watch(int socket, ShardConnection connection)
    {
        if (socket >= _sockets.Length)
        {
            Array.Resize(ref _sockets, Math.Max(socket + 1, _sockets.Length * 2));
        }

        _sockets[socket] = connection;
        return _gone ? SystemCalls.WouldBlock : _poller.Watch(socket);
    }

    /// <summary>
    /// Ends watching. Events of this turn that were not handled yet find nobody; the descriptor's next owner can only come later, by a post.
    /// </summary>
    internal void Forget(int socket)
    {
        if (socket < _sockets.Length && _sockets[socket] is not null)
        {
            _sockets[socket] = null;
            if (!_gone)
            {
                _poller.Forget(socket);
            }
        }
    }

    private protected override Task EndAsync()
    {
        Post(() => _stopping = true);
        return _ended.Task;
    }

    private void RunThread()
    {
        while (!_stopping)
        {
            Iterations++;
            RunPosted();
            RunDue();
            int events = Wait();
            for (int i = 0; i < events; i++)
            {
                Handle(_poller[i]);
            }
        }

        _gone = true;
        _poller.Close();
        HandOver();
        _ended.SetResult();
    }

    /// <summary>Runs what was posted until now: what that posts comes after the sockets.</summary>
    private void RunPosted()
    {
        for (int left = _work.Count; left > 0 && _work.TryDequeue(out IThreadPoolWorkItem? work); left--)
        {
            Run(work);
        }
    }

    private void RunDue()
    {
        while (Timers.TryTakeDue(out IThreadPoolWorkItem? work))
        {
            Run(work);
        }
    }

    private int Wait()
    {
        Interlocked.Exchange(ref _asleep, 1); // a full fence: what is posted from here on rings, or is seen below
        bool idle = _work.IsEmpty && !_stopping;
        _load.Sleep();
        int events = _poller.Wait(idle ? Timers.GetMillisecondsLeft() : 0);
        _load.Wake();
        Volatile.Write(ref _asleep, 0);
        if (events < 0)
        {
            Recover(-events);
        }

        return events;
    }

    /// <summary>Somebody in the process closed a descriptor that was not theirs, the epoll's: sockets must not die of that.</summary>
    private void Recover(int error)
    {
        Logger.PollFailed(error);
        if (!_poller.TryOpen())
        {
            Thread.Sleep(RecoveryPause);
            return;
        }

        foreach (ShardConnection? connection in _sockets)
        {
            connection?.Watch();
        }
    }

    private void Handle((int Socket, PollEvents Events) ready)
    {
        if (ready.Socket < 0 || _sockets[ready.Socket] is not { } connection)
        {
            return;
        }

        try
        {
            connection.OnReady(ready.Events);
        }
        catch (Exception exception)
        {
            connection.Fail(exception);
        }
    }

    private void HandOver()
    {
        while (_work.TryDequeue(out IThreadPoolWorkItem? work))
        {
            _afterwards.Post(work);
        }
    }
}
