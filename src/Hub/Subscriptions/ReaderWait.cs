using System.Threading.Tasks.Sources;

namespace MediaServer.Hub;

/// <summary>
/// The one wait that a reader may have open, used again for each: nothing is allocated. Whoever claims it first (a frame, the end, a
/// cancellation, the reader itself) decides how it ends. The reader goes on on the thread pool, never on the thread that ends its wait.
/// </summary>
internal sealed class ReaderWait : IValueTaskSource<bool>
{
    private ManualResetValueTaskSourceCore<bool> _source = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _cancellation;
    private int _open;

    /// <summary>Reader: opens a wait. The one before has ended, and its result was taken.</summary>
    public ValueTask<bool> Open(CancellationToken cancellationToken)
    {
        _source.Reset();
        Volatile.Write(ref _open, 1);
        _cancellation = cancellationToken.UnsafeRegister(static (wait, token) => ((ReaderWait)wait!).Cancel(token), this);
        return new ValueTask<bool>(this, _source.Version);
    }

    /// <summary>Claims the open wait, if there is one; the reader stands still until <see cref="End"/>.</summary>
    public bool TryClaim() => Interlocked.Exchange(ref _open, 0) == 1;

    /// <summary>Ends the wait that the caller has claimed.</summary>
    public void End(bool canRead) => _source.SetResult(canRead);

    bool IValueTaskSource<bool>.GetResult(short token)
    {
        _cancellation.Dispose(); // waits for a cancellation that is just running, so that it cannot hit the next wait
        return _source.GetResult(token);
    }

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    private void Cancel(CancellationToken cancellationToken)
    {
        if (TryClaim())
        {
            _source.SetException(new OperationCanceledException(cancellationToken));
        }
    }
}
