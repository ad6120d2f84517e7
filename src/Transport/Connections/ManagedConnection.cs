using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using MediaServer.Media;

namespace MediaServer.Transport;

/// <summary>
/// A connection over a <see cref="Stream"/>: TLS, and sockets where there is no epoll. What it sends is copied (and counted) into one buffer
/// per write.
/// </summary>
/// <remarks>
/// Reads one buffer ahead of its reader, which is how it learns of the peer's end; and waits for bytes before it takes a buffer, so that
/// idle connections hold none.
/// </remarks>
internal sealed class ManagedConnection : TransportConnection
{
    private const int RoundsPerTurn = 8;

    private readonly Stream _stream;
    private readonly Socket? _socket;
    private bool _receiving;
    private bool _writing;
    private bool _endReceived;

    /// <param name="loop">Its loop.</param>
    /// <param name="stream">What it reads and writes; disposed with it.</param>
    /// <param name="socket">The socket behind the stream, if it is nothing but that.</param>
    /// <param name="remoteEndPoint">The peer.</param>
    /// <param name="options">Bounds.</param>
    public ManagedConnection(EventLoop loop, Stream stream, Socket? socket, IPEndPoint remoteEndPoint, TransportOptions options)
        : base(loop, remoteEndPoint, options)
    {
        _stream = stream;
        _socket = socket;
    }

    private protected override bool IsSendingDone => base.IsSendingDone && !_writing;

    private protected override bool IsIdle => !_receiving && !_writing;

    /// <summary>Joins the loop. The first thing it runs there.</summary>
    public void Start()
    {
        if (TryAttach())
        {
            Receive();
        }
    }

    internal override void Receive()
    {
        if (!_receiving && !_endReceived && !HasEnded)
        {
            _ = ReceiveAsync();
        }
    }

    private protected override void Send()
    {
        if (!_writing)
        {
            _ = SendAsync();
        }
    }

    private protected override void PrepareSending() => _socket?.LimitUnsent(Options.NotSentLowWatermarkBytes);

    private protected override void ShutdownSend()
    {
        if (_socket is not null)
        {
            try
            {
                _socket.Shutdown(SocketShutdown.Send);
            }
            catch (SocketException)
            {
                Terminate(ConnectionEnd.Reset);
            }
        }
        else if (_stream is SslStream tls)
        {
            _ = ShutdownAsync(tls);
        }
        else
        {
            Terminate(ConnectionEnd.Closed); // such a stream knows no half end
        }
    }

    private protected override void Drain()
    {
        if (_endReceived)
        {
            OnPeerFinished();
        }
        else
        {
            Receive();
        }
    }

    private protected override void Detach()
    {
    }

    private protected override void Dispose(bool reset)
    {
        if (reset)
        {
            _socket?.Close(0);
        }

        _stream.Dispose();
    }

    private async Task ReceiveAsync()
    {
        _receiving = true;
        try
        {
            for (int rounds = 1; !HasEnded && !_endReceived && (!IsOpen || !Receiver.HasNews); rounds++)
            {
                if (!Receiver.UsesSlabs)
                {
                    int none = await _stream.ReadAsync(Memory<byte>.Empty);
                    Debug.Assert(none == 0);
                    await Loop.SwitchTo();
                }

                if (!HasEnded)
                {
                    await ReceiveOnceAsync();
                }

                if (rounds % RoundsPerTurn == 0)
                {
                    await Loop.Yield();
                }
            }
        }
        catch (Exception exception)
        {
            await Loop.SwitchTo();
            EndBy(exception);
        }

        _receiving = false;
        CompleteClosed();
    }

    private async ValueTask ReceiveOnceAsync()
    {
        bool wanted = IsOpen;
        Memory<byte> room = wanted ? Receiver.Reserve(out _) : Loop.Memory.Scratch;
        int received = 0;
        try
        {
            received = await _stream.ReadAsync(room);
        }
        finally
        {
            await Loop.SwitchTo();
            if (wanted)
            {
                Receiver.Commit(received);
            }
        }

        CountReceived(received);
        if (received > 0)
        {
            Receiver.CompleteRead();
            return;
        }

        _endReceived = true;
        Receiver.End();
        OnPeerFinished();
        Receiver.CompleteRead();
        AnnouncePeerClosed();
    }

    private async Task SendAsync()
    {
        _writing = true;
        Slab buffer = Loop.Memory.Pool.Rent();
        try
        {
            for (int rounds = 1; !HasEnded && TryFill(buffer, out int length); rounds++)
            {
                ValueTask write = length == 0 ? default : _stream.WriteAsync(buffer.Memory[..length]);
                if (!write.IsCompleted)
                {
                    Block();
                }

                await write;
                await Loop.SwitchTo();
                if (HasEnded)
                {
                    break;
                }

                Unblock();
                CountSent(length);
                Outgoing.Confirm();
                if (rounds % RoundsPerTurn == 0)
                {
                    await Loop.Yield();
                }
            }

            ForgetProgress();
        }
        catch (Exception exception)
        {
            await Loop.SwitchTo();
            EndBy(exception);
        }

        buffer.Release();
        _writing = false;
        FinishClosing();
        CompleteClosed();
    }

    /// <summary>Copies what is to be sent next.</summary>
    /// <returns>Whether there is anything.</returns>
    private bool TryFill(Slab buffer, out int length)
    {
        length = 0;
        bool outer = IsFlushing;
        IsFlushing = true;
        try
        {
            if (!Outgoing.TryGather(BytesPerSend, out ReadOnlySpan<IoVector> vectors, out _))
            {
                return false;
            }

            Span<byte> room = buffer.GetSpan()[..BytesPerSend];
            foreach (IoVector vector in vectors)
            {
                ReadOnlySpan<byte> bytes = vector.AsSpan();
                int copied = Math.Min(bytes.Length, room.Length - length);
                bytes[..copied].CopyTo(room[length..]);
                length += copied;
            }

            MediaDiagnostics.CountCopy(CopyReason.ManagedTransport, length);
            Outgoing.Advance(length, inKernel: false);
            return true;
        }
        finally
        {
            IsFlushing = outer;
        }
    }

    private async Task ShutdownAsync(SslStream tls)
    {
        try
        {
            await tls.ShutdownAsync();
        }
        catch (Exception exception)
        {
            await Loop.SwitchTo();
            EndBy(exception);
        }
    }

    private void EndBy(Exception exception)
    {
        if (HasEnded || exception is IOException or SocketException or ObjectDisposedException)
        {
            Terminate(ConnectionEnd.Reset);
        }
        else
        {
            Fail(exception);
        }
    }
}
