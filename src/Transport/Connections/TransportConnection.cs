using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using System.Net;
using MediaServer.Media;

namespace MediaServer.Transport;

/// <summary>
/// A connection that belongs to an <see cref="EventLoop"/>: bytes in through <see cref="Input"/>, answers out through <see cref="Outbox"/>,
/// media out from an <see cref="IFrameSource"/>.
/// </summary>
/// <remarks>
/// <para>Members are used on <see cref="Loop"/> unless they say otherwise. Whoever reads ends with <c>Input.Complete()</c>, or the slabs of
/// what it was reading stay with it.</para>
/// <para>The connection never runs anybody's continuation inside a call made to it: a read that it ends, and <see cref="PeerClosed"/>,
/// follow on the loop afterwards.</para>
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "A source of cancellation without a timer holds nothing to dispose of.")]
public abstract class TransportConnection
{
    private protected const int BytesPerSend = 64 * 1024; // half of what the kernel may hold unsent
    private protected const int BytesPerTurn = 256 * 1024;

    private static long _lastId;

    private readonly ConnectionInput _input;
    private readonly CancellationTokenSource _peerClosed = new();
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ITimer? _graceTimer;
    private State _state;
    private bool _shutDown;
    private long _blockedSince;
    private long _sentWhenBlocked = -1;

    private protected TransportConnection(EventLoop loop, IPEndPoint remoteEndPoint, TransportOptions options)
    {
        Loop = loop;
        RemoteEndPoint = remoteEndPoint.Address.IsIPv4MappedToIPv6
            ? new IPEndPoint(remoteEndPoint.Address.MapToIPv4(), remoteEndPoint.Port)
            : remoteEndPoint;
        Id = $"c{Interlocked.Increment(ref _lastId)}";
        Options = options;
        _input = new ConnectionInput(this, loop.Memory, options.MaxUnreadBytes);
        Outbox = new Outbox(loop.Memory, options.OutboxCapacityBytes, () => loop.Post(() => Terminate(ConnectionEnd.OutboxOverflow)));
        Outgoing = new Outgoing(loop.Memory, Outbox);
    }

    private enum State
    {
        Open,
        Closing,
        Closed,
    }

    /// <summary>Names it in logs; unique within the process. From any thread.</summary>
    public string Id { get; }

    /// <summary>The peer's address, an IPv4 one as such. From any thread.</summary>
    public IPEndPoint RemoteEndPoint { get; }

    /// <summary>Where everything of it runs. From any thread.</summary>
    public EventLoop Loop { get; }

    /// <summary>
    /// The bytes received. <see cref="PipeReader.ReadAsync"/> sends what the outbox holds, is resumed inline on the loop, and is completed,
    /// without an exception, when the peer has finished or the connection has ended.
    /// </summary>
    public PipeReader Input => _input;

    /// <summary>Answers to the peer: written on the loop, sent by <see cref="Flush"/> and by reading on.</summary>
    public Outbox Outbox { get; }

    /// <summary>Cancelled when the peer has finished (FIN), at once and whether or not anybody reads; and when the connection has ended.</summary>
    /// <remarks>From any thread. A connection over a stream notices only once the bytes before are read.</remarks>
    public CancellationToken PeerClosed => _peerClosed.Token;

    /// <summary>Completes when the connection has ended, its socket is gone and nothing of it runs any more. From any thread.</summary>
    public Task Closed => _closed.Task;

    /// <summary>Why it ended. From any thread.</summary>
    public ConnectionEnd End { get; private set; }

    /// <summary>Whether the socket takes no more bytes for now; sending goes on by itself when it does.</summary>
    public bool IsBlocked { get; private set; }

    /// <summary>Time since the blocked socket last took a byte; zero while it is not blocked.</summary>
    public TimeSpan SinceProgress => IsBlocked ? Loop.Time.GetElapsedTime(_blockedSince) : TimeSpan.Zero;

    /// <summary>
    /// The offset of the frame of which the kernel has only a part, −1 when there is none. Its bytes stay held: when its topic's tail passes
    /// it, call <see cref="DetachHalfSent"/>.
    /// </summary>
    public long HalfSentOffset => Outgoing.BegunOffset;

    /// <summary>Bytes that <see cref="DetachHalfSent"/> would copy; those still to be sent of the frame.</summary>
    public int HalfSentBytesLeft => Outgoing.BegunBytesLeft;

    /// <summary>Bytes received. From any thread, like the counters that follow.</summary>
    public long BytesReceived { get; private set; }

    /// <summary>Bytes the kernel took.</summary>
    public long BytesSent { get; private set; }

    /// <summary>System calls (or stream writes) that sent them.</summary>
    public long SendCalls { get; private set; }

    private protected TransportOptions Options { get; }

    private protected ConnectionInput Receiver => _input;

    private protected Outgoing Outgoing { get; }

    private protected bool IsOpen => _state == State.Open;

    private protected bool HasEnded => _state == State.Closed;

    /// <summary>Whether a send is being put together: nobody may change its course.</summary>
    private protected bool IsFlushing { get; set; }

    /// <summary>Receives into slabs from now on, because the peer publishes: what is kept of the bytes need not be copied.</summary>
    public void ReceiveIntoSlabs() => _input.UsesSlabs = true;

    /// <summary>Begins to send the frames of a source; <see cref="Flush"/> takes them. A source before it is stopped.</summary>
    /// <exception cref="InvalidOperationException">Called by a source that is being read, or not on the loop.</exception>
    public void StartSending(IFrameSource source, FrameEnvelope envelope)
    {
        ThrowIfFlushing();
        Outgoing.Start(source, envelope);
        if (IsOpen)
        {
            PrepareSending();
        }
        else
        {
            Outgoing.Stop();
        }
    }

    /// <summary>Takes no more frames. One of which the kernel has a part is finished.</summary>
    /// <exception cref="InvalidOperationException">Called by a source that is being read, or not on the loop.</exception>
    public void StopSending()
    {
        ThrowIfFlushing();
        Outgoing.Stop();
    }

    /// <summary>
    /// Sends as much as the socket takes and fairness allows: the rest of a frame that was begun, the outbox, then frames from the source.
    /// Goes on by itself, with what is there then, when it had to stop before the source was empty.
    /// </summary>
    public void Flush()
    {
        ThrowIfElsewhere();
        if (IsFlushing || IsBlocked || HasEnded)
        {
            return;
        }

        IsFlushing = true;
        try
        {
            Send();
        }
        catch (Exception exception)
        {
            Fail(exception);
        }
        finally
        {
            IsFlushing = false;
        }

        FinishClosing();
    }

    /// <summary>Reads what <see cref="Flush"/> will read of it, so that it is in the processor's cache by then.</summary>
    /// <returns>A number that means nothing.</returns>
    public long Preload() => BytesSent + Outgoing.BegunBytesLeft + Outbox.PendingBytes;

    /// <summary>Copies the rest of the half-sent frame, if there is one, into memory of its own and lets go of the frame.</summary>
    public void DetachHalfSent() => Outgoing.DetachBegun();

    /// <summary>
    /// Closes in order: finishes a frame that was begun, sends what the outbox holds, then FIN, and waits for the peer's, dropping what
    /// still comes in. A waiting read is completed. From any thread.
    /// </summary>
    /// <param name="grace">Time that all of it may take; with <see cref="TimeSpan.Zero"/> only what the socket takes at once is sent.</param>
    /// <returns>Completes as <see cref="Closed"/> does.</returns>
    public ValueTask CloseAsync(TimeSpan grace)
    {
        if (Loop.IsCurrent && !IsFlushing)
        {
            BeginClosing(grace);
        }
        else
        {
            Loop.Post(() => BeginClosing(grace));
        }

        return new ValueTask(Closed);
    }

    /// <summary>Ends it now; the peer sees a reset. From any thread.</summary>
    public void Abort()
    {
        if (Loop.IsCurrent && !IsFlushing)
        {
            Terminate(ConnectionEnd.Aborted);
        }
        else
        {
            Loop.Post(() => Terminate(ConnectionEnd.Aborted));
        }
    }

    /// <summary>The reader wants bytes: gets them now if it can, otherwise when they come.</summary>
    internal abstract void Receive();

    /// <summary>Sends what the outbox holds, before its owner waits.</summary>
    internal void SendReplies()
    {
        if (Outbox.PendingBytes > 0)
        {
            Flush();
        }
    }

    /// <summary>Ends it because of an exception that has nothing to do with the peer.</summary>
    internal void Fail(Exception exception)
    {
        Loop.CountFault();
        Loop.Logger.ConnectionFailed(Id, exception);
        Terminate(ConnectionEnd.Faulted);
    }

    /// <summary>Ends it: lets go of everything, the socket last.</summary>
    internal void Terminate(ConnectionEnd end)
    {
        if (HasEnded)
        {
            return;
        }

        _state = State.Closed;
        End = end;
        IsBlocked = false;
        _graceTimer?.Dispose();
        Detach();
        try
        {
            Outgoing.Close();
        }
        catch (Exception exception) // from the source
        {
            Loop.CountFault();
            Loop.Logger.ConnectionFailed(Id, exception);
        }

        _input.Close();
        Loop.Detach(this);
        Dispose(reset: end != ConnectionEnd.Closed);
        Loop.Logger.ConnectionEnded(Id, end);
        Loop.Post(() =>
        {
            AnnouncePeerClosed();
            CompleteClosed();
            _input.CompleteRead();
        });
    }

    internal void ThrowIfElsewhere()
    {
        if (!Loop.IsCurrent)
        {
            throw new InvalidOperationException("A connection is used on its loop: await Loop.SwitchTo() first.");
        }
    }

    /// <summary>Sends until there is nothing left, the socket is blocked, or it is the others' turn.</summary>
    private protected abstract void Send();

    /// <summary>Frames will be sent: sets up the socket for that.</summary>
    private protected abstract void PrepareSending();

    /// <summary>Sends FIN; <see cref="OnPeerFinished"/> follows some time.</summary>
    private protected abstract void ShutdownSend();

    /// <summary>Takes the socket out of the loop: no event comes any more.</summary>
    private protected abstract void Detach();

    /// <summary>Closes the socket.</summary>
    private protected abstract void Dispose(bool reset);

    /// <summary>Drops what comes in, because it is being closed.</summary>
    private protected abstract void Drain();

    private protected void CountReceived(int bytes)
    {
        BytesReceived += bytes;
        Loop.BytesReceived += bytes;
    }

    private protected void CountSent(int bytes)
    {
        BytesSent += bytes;
        SendCalls++;
        Loop.BytesSent += bytes;
        Loop.SendCalls++;
    }

    /// <summary>The socket takes no more.</summary>
    private protected void Block()
    {
        IsBlocked = true;
        if (BytesSent != _sentWhenBlocked)
        {
            _sentWhenBlocked = BytesSent;
            _blockedSince = Loop.Time.GetTimestamp();
        }
    }

    /// <summary>The socket may take more.</summary>
    private protected void Unblock() => IsBlocked = false;

    /// <summary>Everything went out: whatever blocks it next begins anew.</summary>
    private protected void ForgetProgress() => _sentWhenBlocked = -1;

    /// <summary>Joins the loop, unless either has ended already.</summary>
    private protected bool TryAttach()
    {
        if (!HasEnded && !Loop.TryAttach(this))
        {
            Terminate(ConnectionEnd.Aborted);
        }

        return !HasEnded;
    }

    /// <summary>The peer's FIN is there; while closing that is the end, once ours is sent.</summary>
    private protected void OnPeerFinished()
    {
        if (_state == State.Closing && _shutDown)
        {
            Terminate(ConnectionEnd.Closed);
        }
    }

    /// <summary>Cancels <see cref="PeerClosed"/>: the last thing a caller does, because others run in it.</summary>
    private protected void AnnouncePeerClosed()
    {
        try
        {
            _peerClosed.Cancel();
        }
        catch (AggregateException exception) // from whoever registered
        {
            Loop.CountFault();
            Loop.Logger.ConnectionFailed(Id, exception);
        }
    }

    private protected void FinishClosing()
    {
        if (_state == State.Closing && !_shutDown && IsSendingDone)
        {
            _shutDown = true;
            ShutdownSend();
            Drain();
        }
    }

    /// <summary>Completes <see cref="Closed"/> when it has ended and nothing of it runs any more.</summary>
    private protected void CompleteClosed()
    {
        if (HasEnded && IsIdle)
        {
            _closed.TrySetResult();
        }
    }

    /// <summary>Whether everything that was begun or written is with the kernel.</summary>
    private protected virtual bool IsSendingDone => Outgoing.IsEmpty;

    /// <summary>Whether no operation of it is under way elsewhere.</summary>
    private protected virtual bool IsIdle => true;

    private void BeginClosing(TimeSpan grace)
    {
        if (!IsOpen)
        {
            return;
        }

        _state = State.Closing;
        Outgoing.Stop();
        _input.Close();
        Loop.Post(_input.CompleteRead);
        if (grace > TimeSpan.Zero)
        {
            _graceTimer = Loop.CreateTimer(new GraceEnd(this), grace, Timeout.InfiniteTimeSpan);
        }

        Flush();
        FinishClosing(); // also when there was nothing to flush
        Drain();
        if (grace <= TimeSpan.Zero)
        {
            EndGrace();
        }
    }

    private void EndGrace() => Terminate(_shutDown ? ConnectionEnd.Closed : ConnectionEnd.GraceExpired);

    private void ThrowIfFlushing()
    {
        ThrowIfElsewhere();
        if (IsFlushing)
        {
            throw new InvalidOperationException("A source cannot change the sending that reads it.");
        }
    }

    private sealed class GraceEnd(TransportConnection connection) : IThreadPoolWorkItem
    {
        public void Execute() => connection.EndGrace();
    }
}
