using System.Net;
using System.Net.Sockets;
using System.Numerics;
using System.Runtime.InteropServices;
using MediaServer.Media;

namespace MediaServer.Transport;

/// <summary>A socket of a shard: received and sent by system calls that never wait, whenever epoll says so.</summary>
/// <remarks>
/// The <see cref="Socket"/> is kept reachable and only its descriptor is used, so no reference on its handle is held between calls. It is
/// disposed on the loop, after the descriptor has left the epoll.
/// </remarks>
internal class ShardConnection : TransportConnection, IThreadPoolWorkItem
{
    private readonly ShardLoop _loop;
    private readonly int _descriptor;
    private bool _readable;     // the kernel has more, or FIN, or an error
    private bool _peerFinished; // FIN or an error has been seen: a short count no longer means that there is nothing more
    private bool _endReceived;  // FIN, behind everything else
    private bool _continues;    // posted itself to go on after the others
    private long _turn;
    private int _receivedInTurn;
    private int _unsentLimit;

    public ShardConnection(ShardLoop loop, Socket socket, IPEndPoint remoteEndPoint, TransportOptions options)
        : base(loop, remoteEndPoint, options)
    {
        _loop = loop;
        Socket = socket;
        _descriptor = (int)socket.SafeHandle.DangerousGetHandle();
    }

    private protected Socket Socket { get; }

    /// <summary>Joins the loop. The first thing it runs there.</summary>
    public void Start()
    {
        if (TryAttach())
        {
            Watch();
        }
    }

    /// <summary>Has the loop's epoll watch the socket: it reports at once what there is.</summary>
    public void Watch()
    {
        int error = _loop.Watch(_descriptor, this);
        if (error != 0)
        {
            _loop.Logger.WatchFailed(Id, error);
            Terminate(ConnectionEnd.Reset);
        }
    }

    /// <summary>epoll has news.</summary>
    public void OnReady(PollEvents events)
    {
        bool finished = (events & (PollEvents.PeerFinished | PollEvents.HungUp | PollEvents.Error)) != 0;
        bool news = finished && !_peerFinished;
        _peerFinished |= finished;
        _readable |= finished || (events & PollEvents.Readable) != 0;
        if (IsBlocked && (events & (PollEvents.Writable | PollEvents.Error)) != 0)
        {
            Unblock();
            Flush();
        }

        if ((events & PollEvents.Error) != 0 && IsOpen && !Receiver.IsWaiting)
        {
            Terminate(ConnectionEnd.Reset); // a waiting reader gets first what came before the reset
            return;
        }

        ReceiveMore();
        if (news && !HasEnded)
        {
            AnnouncePeerClosed();
        }
    }

    /// <summary>Goes on with what was left when its share of a turn was used up.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        _continues = false;
        try
        {
            Flush();
            ReceiveMore();
        }
        catch (Exception exception)
        {
            Fail(exception);
        }
    }

    internal override void Receive()
    {
        if (!_readable || HasEnded)
        {
            return;
        }

        if (!MayReceiveInTurn())
        {
            Continue();
            return;
        }

        Memory<byte> room = Receiver.Reserve(out nint address);
        int received = SystemCalls.Receive(_descriptor, address, room.Length);
        int error = received < 0 ? Marshal.GetLastPInvokeError() : 0;
        Receiver.Commit(Math.Max(received, 0));
        if (received > 0)
        {
            CountReceived(received);
            _receivedInTurn += received;
            _readable = _peerFinished || received == room.Length;
        }
        else if (received == 0)
        {
            _readable = false;
            _endReceived = true;
            Receiver.End();
        }
        else if (error == SystemCalls.WouldBlock)
        {
            _readable = false;
        }
        else
        {
            Terminate(ConnectionEnd.Reset);
        }
    }

    private protected override void Send()
    {
        int sentInTurn = 0;
        while (Outgoing.TryGather(BytesPerSend, out ReadOnlySpan<IoVector> vectors, out int offered))
        {
            if (Outgoing.IsRun && offered > _unsentLimit / 2)
            {
                LimitUnsent(2 * (int)BitOperations.RoundUpToPowerOf2((uint)offered)); // two sends, each taken whole while the one before is on its way; a frame has less than 16 MiB
            }

            int sent = offered == 0 ? 0 : SystemCalls.Send(_descriptor, vectors);
            if (sent < 0)
            {
                int error = Marshal.GetLastPInvokeError();
                Outgoing.Advance(0);
                if (error == SystemCalls.WouldBlock)
                {
                    BlockInSight();
                }
                else
                {
                    Terminate(ConnectionEnd.Reset);
                }

                return;
            }

            CountSent(sent);
            Outgoing.Advance(sent);
            if (sent < offered)
            {
                BlockInSight(); // the kernel reports when there is room again, as after EAGAIN
                return;
            }

            sentInTurn += sent;
            if (sentInTurn >= BytesPerTurn)
            {
                Continue();
                return;
            }
        }

        ForgetProgress();
    }

    private protected override void PrepareSending()
    {
        LimitUnsent(Options.NotSentLowWatermarkBytes);
    }

    private protected override void ShutdownSend() => SystemCalls.ShutdownSend(_descriptor);

    private protected override void Drain()
    {
        byte[] scratch = _loop.Memory.Scratch; // pinned
        nint address = Marshal.UnsafeAddrOfPinnedArrayElement(scratch, 0);
        while (_readable && !HasEnded)
        {
            if (!MayReceiveInTurn())
            {
                Continue();
                return;
            }

            int received = SystemCalls.Receive(_descriptor, address, scratch.Length);
            if (received > 0)
            {
                CountReceived(received);
                _receivedInTurn += received;
                _readable = _peerFinished || received == scratch.Length;
            }
            else if (received < 0 && Marshal.GetLastPInvokeError() != SystemCalls.WouldBlock)
            {
                Terminate(ConnectionEnd.Reset);
            }
            else
            {
                _readable = false;
                _endReceived = received == 0;
            }
        }

        if (_endReceived)
        {
            OnPeerFinished();
        }
    }

    private protected override void Detach() => _loop.Forget(_descriptor);

    private protected override void Dispose(bool reset)
    {
        if (reset)
        {
            Socket.Close(0);
        }
        else
        {
            Socket.Dispose();
        }
    }

    /// <summary>The socket takes no more. From now on no more than usual is hidden in the kernel, whatever had to fit before.</summary>
    private void BlockInSight()
    {
        Block();
        if (_unsentLimit > Options.NotSentLowWatermarkBytes)
        {
            LimitUnsent(Options.NotSentLowWatermarkBytes);
        }
    }

    private void LimitUnsent(int bytes)
    {
        _unsentLimit = bytes;
        Socket.LimitUnsent(bytes);
    }

    private void ReceiveMore()
    {
        if (IsOpen)
        {
            if (Receiver.IsWaiting)
            {
                Receive();
                Receiver.CompleteRead();
            }
        }
        else
        {
            Drain();
        }
    }

    private bool MayReceiveInTurn()
    {
        if (_turn != _loop.Iterations)
        {
            _turn = _loop.Iterations;
            _receivedInTurn = 0;
        }

        return _receivedInTurn < BytesPerTurn;
    }

    private void Continue()
    {
        if (!_continues)
        {
            _continues = true;
            _loop.Post(this);
        }
    }
}
