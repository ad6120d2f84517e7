using System.Net;
using MediaServer.Transport;

namespace MediaServer.Load;

/// <summary>How far a client has come.</summary>
internal enum ClientState
{
    /// <summary>Its time has not come.</summary>
    Waiting,

    /// <summary>TCP connects.</summary>
    Connecting,

    /// <summary>The protocol begins.</summary>
    Starting,

    /// <summary>It publishes, or gets media.</summary>
    Live,

    /// <summary>It failed, or was disconnected.</summary>
    Over,
}

/// <summary>One publisher or player. Belongs to one <see cref="ClientLoop"/>, on whose thread everything runs.</summary>
/// <param name="dueAt">When it connects.</param>
internal abstract class LoadClient(long dueAt) : IDisposable
{
    private ClientSocket? _socket;

    public long DueAt => dueAt;

    public ClientState State { get; private set; }

    /// <summary>Whether it ever was live.</summary>
    public bool HasLived { get; private set; }

    /// <summary>Why it is over.</summary>
    public string? Fault { get; private set; }

    /// <summary>When it began to connect.</summary>
    public long OpenedAt { get; private set; }

    /// <summary>Its connection, from <see cref="Open"/> on until it is over.</summary>
    public ClientSocket Socket => _socket ?? throw new InvalidOperationException("The client has no connection.");

    /// <summary>What the kernel may hold for it; the system's default for null.</summary>
    protected virtual int? ReceiveBufferBytes => null;

    /// <summary>Begins to connect.</summary>
    public void Open(IPEndPoint address)
    {
        OpenedAt = Clock.Now;
        _socket = ClientSocket.Connect(address, ReceiveBufferBytes);
        if (_socket is null)
        {
            End("no connection could be begun");
        }
        else
        {
            State = ClientState.Connecting;
        }
    }

    /// <summary>epoll has news; receiving is the loop's.</summary>
    public void OnReady(PollEvents events)
    {
        if (State == ClientState.Connecting && (events & (PollEvents.Writable | PollEvents.Error | PollEvents.HungUp)) != 0)
        {
            if (Socket.GetConnectFault() is { } fault)
            {
                End(fault);
                return;
            }

            State = ClientState.Starting;
            OnConnected();
        }

        Flush();
    }

    /// <summary>Bytes came from the server.</summary>
    public abstract void Receive(ReadOnlySpan<byte> bytes);

    /// <summary>Sends what is written; a broken connection ends it.</summary>
    public void Flush()
    {
        if (State is ClientState.Starting or ClientState.Live && Socket.UnsentBytes > 0)
        {
            int sent = Socket.Flush();
            OnSent(Math.Max(sent, 0));
            if (sent < 0)
            {
                End("the connection broke");
            }
        }
    }

    /// <summary>Ends it. The first reason counts.</summary>
    public void End(string fault)
    {
        if (State != ClientState.Over)
        {
            State = ClientState.Over;
            Fault = fault;
            Dispose();
        }
    }

    /// <summary>Closes the connection.</summary>
    public virtual void Dispose()
    {
        _socket?.Dispose();
        _socket = null;
    }

    /// <summary>TCP is connected: the protocol begins.</summary>
    protected abstract void OnConnected();

    /// <summary>The kernel took bytes.</summary>
    protected virtual void OnSent(int bytes)
    {
    }

    protected void GoLive()
    {
        if (State == ClientState.Starting)
        {
            State = ClientState.Live;
            HasLived = true;
        }
    }
}
