using System.IO.Pipelines;
using System.Threading.Tasks.Sources;

namespace MediaServer.Transport;

/// <summary>
/// The bytes of one connection as a <see cref="PipeReader"/> that honours consumed and examined exactly and asks its connection for bytes
/// only when its reader wants some.
/// </summary>
/// <remarks>
/// Used on the connection's loop; continuations run inline on it, never inside a call that somebody else makes to the connection. A
/// connection that ended gives a completed read, not an exception.
/// </remarks>
internal sealed class ConnectionInput(TransportConnection connection, LoopMemory memory, long maxUnreadBytes)
    : PipeReader, IValueTaskSource<ReadResult>
{
    private readonly ReceiveBuffer _buffer = new(memory);
    private ManualResetValueTaskSourceCore<ReadResult> _source; // continuations inline
    private CancellationToken _token;
    private CancellationTokenRegistration _registration;
    private bool _reading;   // a result is out, AdvanceTo has not come yet
    private bool _ended;     // no byte follows
    private bool _closed;    // and nobody gets those that are left
    private bool _completed; // by the reader
    private bool _canceled;

    /// <summary>Whether a read waits for bytes.</summary>
    public bool IsWaiting { get; private set; }

    /// <summary>Whether there are bytes that the reader has not looked at.</summary>
    public bool HasNews => _buffer.Received > _buffer.Examined;

    /// <summary>Whether what comes next goes into slabs.</summary>
    public bool UsesSlabs
    {
        get => _buffer.UsesSlabs;
        set => _buffer.UsesSlabs = value;
    }

    /// <inheritdoc/>
    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        connection.ThrowIfElsewhere();
        ThrowIfMisused();
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<ReadResult>(cancellationToken);
        }

        connection.SendReplies();
        if (TryTake(out ReadResult result))
        {
            return new ValueTask<ReadResult>(result);
        }

        if (_buffer.Received - _buffer.Consumed >= maxUnreadBytes)
        {
            connection.Terminate(ConnectionEnd.InputOverflow);
        }
        else
        {
            connection.Receive();
        }

        if (TryTake(out result))
        {
            return new ValueTask<ReadResult>(result);
        }

        _source.Reset();
        IsWaiting = true;
        if (cancellationToken.CanBeCanceled)
        {
            _token = cancellationToken;
            _registration = cancellationToken.UnsafeRegister(static input => ((ConnectionInput)input!).PostCancellation(), this);
        }

        return new ValueTask<ReadResult>(this, _source.Version);
    }

    /// <inheritdoc/>
    public override bool TryRead(out ReadResult result)
    {
        connection.ThrowIfElsewhere();
        ThrowIfMisused();
        return TryTake(out result);
    }

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        connection.ThrowIfElsewhere();
        if (!_reading)
        {
            throw new InvalidOperationException("There is no read to advance.");
        }

        _buffer.Advance(consumed, examined);
        _reading = false;
        if (_closed)
        {
            _buffer.Close();
        }
    }

    /// <inheritdoc/>
    public override void CancelPendingRead() => connection.Loop.Post(() =>
    {
        _canceled = true;
        CompleteRead();
    });

    /// <summary>The reader is done: what is unread is dropped. From any thread.</summary>
    public override void Complete(Exception? exception = null)
    {
        if (!connection.Loop.IsCurrent)
        {
            connection.Loop.Post(() => Complete());
            return;
        }

        _completed = true;
        _reading = false;
        Close();
    }

    /// <summary>Room for the next bytes. <see cref="Commit"/> must follow.</summary>
    public Memory<byte> Reserve(out nint address) => _buffer.Reserve(out address);

    /// <summary>The first bytes of the room were received; or none.</summary>
    public void Commit(int bytes) => _buffer.Commit(bytes);

    /// <summary>No byte follows those that were received.</summary>
    public void End() => _ended = true;

    /// <summary>No byte follows, and those left are dropped; as soon as the reader has done with what it is reading.</summary>
    public void Close()
    {
        _ended = true;
        _closed = true;
        if (!_reading)
        {
            _buffer.Close();
        }
    }

    /// <summary>Completes the waiting read if there is something to say, and runs its continuation: the last thing a caller does.</summary>
    public void CompleteRead()
    {
        if (IsWaiting && TryTake(out ReadResult result))
        {
            StopWaiting();
            _source.SetResult(result);
        }
    }

    ReadResult IValueTaskSource<ReadResult>.GetResult(short token) => _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<ReadResult>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<ReadResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    private bool TryTake(out ReadResult result)
    {
        bool news = HasNews;
        if (!news && !_ended && !_canceled)
        {
            result = default;
            return false;
        }

        result = new ReadResult(_closed ? default : _buffer.Unread, _canceled, _ended);
        _canceled = false;
        _reading = true;
        return true;
    }

    private void PostCancellation() => connection.Loop.Post(() =>
    {
        if (IsWaiting && _token.IsCancellationRequested)
        {
            CancellationToken token = _token;
            StopWaiting();
            _source.SetException(new OperationCanceledException(token));
        }
    });

    private void StopWaiting()
    {
        IsWaiting = false;
        _registration.Dispose();
        _registration = default;
        _token = default;
    }

    private void ThrowIfMisused()
    {
        if (_completed || _reading || IsWaiting)
        {
            throw new InvalidOperationException(_completed ? "The reader is completed." : "A read is in progress.");
        }
    }
}
