using System.Net;
using MediaServer.Transport;

namespace MediaServer.Load;

/// <summary>A thread around one epoll that connects its clients one after the other, and runs them until the schedule's end.</summary>
/// <param name="clients">In the order of their times.</param>
/// <param name="address">The server.</param>
/// <param name="schedule">When to do what.</param>
internal abstract class ClientLoop(IReadOnlyList<LoadClient> clients, IPEndPoint address, Schedule schedule)
{
    private const int BufferBytes = 256 * 1024;
    private const int LongestWait = 50; // ms, to notice that everything is to stop

    private LoadClient?[] _byDescriptor = new LoadClient?[256];
    private int _opened;
    private bool _isSteady;

    protected Schedule Schedule => schedule;

    /// <summary>Where all clients receive, one at a time.</summary>
    protected byte[] Buffer { get; } = GC.AllocateUninitializedArray<byte>(BufferBytes, pinned: true);

    protected Poller Poller { get; } = new();

    /// <summary>Runs to the end. To be called once, on a thread of its own.</summary>
    public void Run(CancellationToken stopping)
    {
        try
        {
            while (Clock.Now is var now && now < schedule.End && !stopping.IsCancellationRequested)
            {
                long wake = Math.Min(Begin(now), Work(now));
                long left = Math.Max(0, wake - Clock.Now);
                int events = Poller.Wait((int)Math.Min(LongestWait, (left + Clock.Millisecond - 1) / Clock.Millisecond));
                for (int i = 0; i < events; i++)
                {
                    Handle(Poller[i]);
                }
            }

            OnEnd();
        }
        finally
        {
            foreach (LoadClient client in clients)
            {
                client.Dispose();
            }

            Poller.Close();
        }
    }

    /// <summary>Does what is due.</summary>
    /// <returns>When there is more to do.</returns>
    protected abstract long Work(long now);

    /// <summary>From now on it counts.</summary>
    protected abstract void OnSteady();

    /// <summary>Nothing counts any more; the connections are still there.</summary>
    protected virtual void OnEnd()
    {
    }

    /// <summary>A client got something, or was connected.</summary>
    protected virtual void OnHandled(LoadClient client)
    {
    }

    /// <summary>Receives all there is.</summary>
    protected void ReceiveAll(LoadClient client)
    {
        while (client.State is ClientState.Starting or ClientState.Live)
        {
            ReceiveResult result = client.Socket.Receive(Buffer);
            if (result.Bytes > 0)
            {
                client.Receive(Buffer.AsSpan(0, result.Bytes));
                client.Flush();
            }
            else if (result.HasEnded)
            {
                client.End("the server closed the connection");
            }

            if (result.Bytes == 0)
            {
                return;
            }
        }
    }

    protected void Watch(LoadClient client)
    {
        int descriptor = client.Socket.Descriptor;
        if (descriptor >= _byDescriptor.Length)
        {
            Array.Resize(ref _byDescriptor, Math.Max(descriptor + 1, 2 * _byDescriptor.Length));
        }

        _byDescriptor[descriptor] = client;
        if (Poller.Watch(descriptor) != 0)
        {
            client.End("epoll does not take the connection");
        }
    }

    private long Begin(long now)
    {
        if (!_isSteady && now >= schedule.Steady)
        {
            _isSteady = true;
            OnSteady();
        }

        for (; _opened < clients.Count && clients[_opened].DueAt <= now; _opened++)
        {
            clients[_opened].Open(address);
            if (clients[_opened].State == ClientState.Connecting)
            {
                Watch(clients[_opened]);
            }
        }

        long edge = _isSteady ? schedule.End : schedule.Steady;
        return _opened < clients.Count ? Math.Min(edge, clients[_opened].DueAt) : edge;
    }

    private void Handle((int Socket, PollEvents Events) ready)
    {
        if (ready.Socket < 0 || _byDescriptor[ready.Socket] is not { State: not ClientState.Over } client)
        {
            return;
        }

        client.OnReady(ready.Events);
        if ((ready.Events & ~PollEvents.Writable) != 0)
        {
            ReceiveAll(client);
        }

        OnHandled(client);
    }
}
