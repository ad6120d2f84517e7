using System.Net;
using System.Net.Sockets;
using MediaServer.Media;
using Microsoft.Extensions.Logging;

namespace MediaServer.Transport;

/// <summary>The loops of the process, and which connection goes to which.</summary>
/// <remarks>
/// A new connection goes to the first loop that has room and is not busy: connections that came together stay together, so that one walk
/// serves all players of a stream. Nothing moves afterwards. Thread-safe.
/// </remarks>
public sealed class TransportHost : IAsyncDisposable
{
    private const double BusyLoad = 0.7;

    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(5);
    private static readonly IPEndPoint UnknownEndPoint = new(IPAddress.None, 0);

    private readonly TransportOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ShardLoop[] _shards;
    private readonly ManagedLoop[] _managed;

    /// <summary>Starts the loops.</summary>
    public TransportHost(TransportOptions options, SlabPool pool, TimeProvider time, ILogger<TransportHost> logger)
    {
        _options = options;
        _time = time;
        _logger = logger;
        _shards = [.. Enumerable.Range(0, options.ManagedOnly ? 0 : options.Loops)
            .Select(index => new ShardLoop($"shard {index}", new LoopMemory(pool), time, logger))];
        _managed = [.. Enumerable.Range(0, options.Loops).Select(_ => new ManagedLoop(new LoopMemory(pool), time, logger))];
    }

    /// <summary>All loops, for counters.</summary>
    public IReadOnlyList<EventLoop> Loops => [.. _shards, .. _managed];

    /// <summary>Connections that are open.</summary>
    public int ConnectionCount => Loops.Sum(loop => loop.ConnectionCount);

    /// <summary>Bytes received, ever.</summary>
    public long BytesReceived => Loops.Sum(loop => loop.BytesReceived);

    /// <summary>Bytes the kernel took, ever.</summary>
    public long BytesSent => Loops.Sum(loop => loop.BytesSent);

    /// <summary>System calls (or stream writes) that sent them.</summary>
    public long SendCalls => Loops.Sum(loop => loop.SendCalls);

    /// <summary>Makes a connected socket a connection; from now on it belongs to that.</summary>
    /// <returns>The connection. Nothing is received before somebody reads on its loop.</returns>
    public TransportConnection Adopt(Socket socket)
    {
        socket.NoDelay = true;
        IPEndPoint remote = GetRemoteEndPoint(socket);
        if (_shards.Length == 0)
        {
            return Adopt(new NetworkStream(socket, ownsSocket: true), socket, remote);
        }

        ShardLoop shard = Choose(_shards);
        shard.Expect();
        var connection = new ShardConnection(shard, socket, remote, _options);
        _logger.ConnectionAdopted(connection.Id, connection.RemoteEndPoint.ToString(), "a shard");
        shard.Post(connection.Start);
        return connection;
    }

    /// <summary>
    /// Makes a stream a connection of a managed loop: a <see cref="System.Net.Security.SslStream"/> that is authenticated. From now on the
    /// stream belongs to that; who made it sets the socket's options.
    /// </summary>
    /// <returns>The connection.</returns>
    public TransportConnection Adopt(Stream stream, IPEndPoint remoteEndPoint) => Adopt(stream, null, remoteEndPoint);

    /// <summary>
    /// Makes a connection that sends on a socket of somebody else who goes on reading it, such as an HTTP server that has nothing to say for
    /// now. <see cref="TransportConnection.Input"/> gives nothing; each side closes when it likes (<see cref="SharedConnection"/>).
    /// </summary>
    /// <param name="socket">A connected TCP socket with nothing on the way but what it carries: no TLS.</param>
    /// <param name="remoteEndPoint">The peer.</param>
    /// <returns>The connection; <see langword="null"/> where there are no shards, and when the socket is closed already.</returns>
    public TransportConnection? TryShare(Socket socket, IPEndPoint remoteEndPoint)
    {
        ArgumentNullException.ThrowIfNull(socket);
        if (_shards.Length == 0 || SharedConnection.TryDuplicate(socket) is not { } own)
        {
            return null;
        }

        own.NoDelay = true;
        ShardLoop shard = Choose(_shards);
        shard.Expect();
        var connection = new SharedConnection(shard, own, remoteEndPoint, _options);
        _logger.ConnectionAdopted(connection.Id, connection.RemoteEndPoint.ToString(), "a shard, sending only");
        shard.Post(connection.Start);
        return connection;
    }

    /// <summary>Aborts the connections that are still open and stops the loops.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await Task.WhenAll(Loops.Select(loop => loop.StopAsync())).WaitAsync(StopLimit, _time);
        }
        catch (TimeoutException)
        {
            _logger.LoopDidNotStop(StopLimit.TotalSeconds);
        }
    }

    private static IPEndPoint GetRemoteEndPoint(Socket socket)
    {
        try
        {
            return socket.RemoteEndPoint as IPEndPoint ?? UnknownEndPoint;
        }
        catch (SocketException)
        {
            return UnknownEndPoint; // the peer is gone already
        }
    }

    private ManagedConnection Adopt(Stream stream, Socket? socket, IPEndPoint remoteEndPoint)
    {
        ManagedLoop loop = Choose(_managed);
        loop.Expect();
        var connection = new ManagedConnection(loop, stream, socket, remoteEndPoint, _options);
        _logger.ConnectionAdopted(connection.Id, connection.RemoteEndPoint.ToString(), "a managed loop");
        loop.Post(connection.Start);
        return connection;
    }

    private T Choose<T>(T[] loops)
        where T : EventLoop
    {
        foreach (T loop in loops)
        {
            if (loop.ConnectionCount < _options.ConnectionsPerLoop && loop.Load < BusyLoad)
            {
                return loop;
            }
        }

        return loops.MinBy(loop => loop.ConnectionCount)!;
    }
}
