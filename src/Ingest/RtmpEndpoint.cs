using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using MediaServer.Hub;
using MediaServer.Media;
using MediaServer.Rtmp;
using MediaServer.Transport;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MediaServer.Ingest;

/// <summary>The RTMP port: accepts connections, and ends them in order when the server stops. What all of its connections share is here.</summary>
public sealed class RtmpEndpoint(
    IOptions<IngestOptions> options,
    StreamHub hub,
    SlabPool pool,
    TransportHost transport,
    IStreamAuthorizer authorizer,
    StartPlaying startPlaying,
    IngestCounters counters,
    TimeProvider time,
    ILogger<RtmpEndpoint> logger) : IHostedService, IDisposable
{
    private const int Backlog = 1024; // as many as join in a burst; the kernel caps it at somaxconn
    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(3);

    private readonly ConcurrentDictionary<RtmpConnection, RtmpConnection> _connections = new();
    private readonly CancellationTokenSource _stopping = new();
    private Socket? _listener;
    private Task _accepting = Task.CompletedTask;
    private int _fullReported;

    /// <summary>The port that is listened on, once started; differs from the option when that is 0.</summary>
    public int Port { get; private set; }

    internal IngestOptions Options { get; } = options.Value;

    internal RtmpLimits Limits { get; } = new();

    internal StreamHub Hub => hub;

    internal SlabPool Pool => pool;

    internal IStreamAuthorizer Authorizer => authorizer;

    internal StartPlaying StartPlaying => startPlaying;

    internal IngestCounters Counters => counters;

    internal TimeProvider Time => time;

    internal ILogger Logger => logger;

    /// <summary>Opens the port.</summary>
    /// <exception cref="IOException">The port is in use or may not be opened; the message names it.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            _listener = Listen(Options.Port);
        }
        catch (SocketException fault)
        {
            throw new IOException($"Cannot listen for RTMP on port {Options.Port} (Ingest:Port): {fault.Message}.", fault);
        }

        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        logger.Listening(Port);
        _accepting = AcceptAsync(_listener);
        return Task.CompletedTask;
    }

    /// <summary>Closes the port, then every connection: publishers first, so that their viewers are told that the stream is over.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        _listener?.Dispose();
        await _accepting;

        foreach (RtmpConnection connection in _connections.Keys.Where(connection => !connection.IsPlaying))
        {
            connection.Close();
        }

        try
        {
            await Task.WhenAll(_connections.Keys.Select(connection => connection.Completion)).WaitAsync(StopLimit, time, cancellationToken);
        }
        catch (Exception late) when (late is TimeoutException or OperationCanceledException)
        {
            logger.StoppedWaiting(_connections.Count, StopLimit); // the transport closes them hard
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _listener?.Dispose();
        _stopping.Dispose();
    }

    private static Socket Listen(int port)
    {
        bool hasIPv6 = Socket.OSSupportsIPv6;
        var listener = new Socket(hasIPv6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (hasIPv6)
            {
                listener.DualMode = true;
            }

            listener.Bind(new IPEndPoint(hasIPv6 ? IPAddress.IPv6Any : IPAddress.Any, port));
            listener.Listen(Backlog);
            return listener;
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    private async Task AcceptAsync(Socket listener)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                Open(await listener.AcceptAsync(_stopping.Token)); // does not throw
            }
            catch (SocketException fault) when (!_stopping.IsCancellationRequested)
            {
                logger.AcceptFailed(fault.Message); // out of descriptors, most likely: those that close make room
                await Task.Delay(AcceptPause, time, CancellationToken.None);
            }
            catch (Exception) when (_stopping.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private void Open(Socket socket)
    {
        if (counters.CountOpened() > Options.MaxConnections)
        {
            counters.CountRefused(RefusalReason.TooManyConnections);
            counters.CountClosed();
            socket.Dispose();
            if (Interlocked.Exchange(ref _fullReported, 1) == 0)
            {
                logger.TooManyConnections(Options.MaxConnections);
            }

            return;
        }

        Volatile.Write(ref _fullReported, 0);
        if (TryAdopt(socket) is not { } connection)
        {
            counters.CountClosed();
            return;
        }

        _connections.TryAdd(connection, connection);
        connection.Start(ended: () =>
        {
            _connections.TryRemove(connection, out _);
            counters.CountClosed();
        });
    }

    /// <summary>Makes a connection of a socket. Whatever goes wrong with one must not end the accepting of others.</summary>
    private RtmpConnection? TryAdopt(Socket socket)
    {
        TransportConnection? adopted = null;
        try
        {
            adopted = transport.Adopt(socket);
            return new RtmpConnection(adopted, this);
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            logger.AcceptFailed(fault.Message);
            if (adopted is null)
            {
                socket.Dispose();
            }
            else
            {
                adopted.Abort(); // the socket is its loop's by now
            }

            return null;
        }
    }
}
