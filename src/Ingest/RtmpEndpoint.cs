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

/// <summary>
/// The RTMP ports, plain and TLS: makes connections of what connects, and ends them in order when the server stops. What all of its
/// connections share is here.
/// </summary>
public sealed class RtmpEndpoint(
    IOptions<IngestOptions> options,
    StreamHub hub,
    SlabPool pool,
    TransportHost transport,
    IStreamAuthorizer authorizer,
    EncoderLogin login,
    StartPlaying startPlaying,
    CertificateInForce certificate,
    IngestCounters counters,
    TimeProvider time,
    ILogger<RtmpEndpoint> logger) : IHostedService, IDisposable
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(3);

    private readonly ConcurrentDictionary<RtmpConnection, RtmpConnection> _connections = new();
    private readonly ConnectionLimits _places = new(options.Value, counters, logger);
    private readonly CancellationTokenSource _stopping = new();
    private RtmpListener? _listener;
    private RtmpListener? _tlsListener;

    /// <summary>The port that is listened on, once started; differs from the option when that is 0.</summary>
    public int Port => _listener?.Port ?? 0;

    /// <summary>The port for TLS; <see langword="null"/> without a certificate.</summary>
    public int? TlsPort => _tlsListener?.Port;

    internal IngestOptions Options { get; } = options.Value;

    internal RtmpLimits Limits { get; } = new() { MaxMessageBytes = options.Value.MaxMessageBytes };

    internal PublisherRegistry Publishers { get; } = new(hub, options.Value, time);

    internal AccessCheck Access { get; } = new(authorizer, logger);

    internal EncoderLogin Login => login;

    internal bool IsStopping => _stopping.IsCancellationRequested;

    internal SlabPool Pool => pool;

    internal StartPlaying StartPlaying => startPlaying;

    internal IngestCounters Counters => counters;

    internal TimeProvider Time => time;

    internal ILogger Logger => logger;

    /// <summary>Opens the ports.</summary>
    /// <exception cref="IOException">One is in use or may not be opened; the message names it.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _listener = new RtmpListener(Options.Port, "Ingest:Port", Accept, time, logger);
        logger.Listening(_listener.Port);
        if (certificate() is not null)
        {
            _tlsListener = new RtmpListener(Options.TlsPort, "Ingest:TlsPort", socket => _ = AcceptTlsAsync(socket), time, logger);
            logger.ListeningTls(_tlsListener.Port);
        }

        return Task.CompletedTask;
    }

    /// <summary>Closes the ports, then every connection: publishers first, so that their viewers are told that the stream is over.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_listener?.StopAsync() ?? Task.CompletedTask, _tlsListener?.StopAsync() ?? Task.CompletedTask);

        hub.StopWaiting(); // for publishers that can come no more
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
        _tlsListener?.Dispose();
        _stopping.Dispose();
    }

    private static IPEndPoint RemoteOf(Socket socket)
    {
        try
        {
            return (IPEndPoint)socket.RemoteEndPoint!;
        }
        catch (SocketException)
        {
            return new IPEndPoint(IPAddress.None, 0); // the peer is gone already
        }
    }

    private void Accept(Socket socket)
    {
        if (TryEnter(socket) is { } place && !TryRun(() => transport.Adopt(socket), place, Options.ConnectTimeout))
        {
            socket.Dispose();
        }
    }

    private async Task AcceptTlsAsync(Socket socket)
    {
        if (TryEnter(socket) is not { } place)
        {
            return;
        }

        IPEndPoint remote = RemoteOf(socket);
        Stream? secured = null;
        try
        {
            long acceptedAt = time.GetTimestamp();
            using var deadline = new CancellationTokenSource(Options.ConnectTimeout, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, _stopping.Token);
            secured = await TlsHandshake.AuthenticateAsync(socket, certificate()!, either.Token);
            TimeSpan left = Options.ConnectTimeout - time.GetElapsedTime(acceptedAt);
            if (!_stopping.IsCancellationRequested && TryRun(() => transport.Adopt(secured, remote), place, left))
            {
                return; // the connection has place and stream from now on
            }
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            counters.CountRefused(RefusalReason.TlsHandshakeFailed);
            logger.TlsFailed(remote, fault is OperationCanceledException ? "it did not end in time" : (fault.InnerException ?? fault).Message);
        }

        place.Dispose();
        socket.Dispose();
        secured?.Dispose();
    }

    private IDisposable? TryEnter(Socket socket)
    {
        IDisposable? place = _places.TryEnter(RemoteOf(socket).Address);
        if (place is null)
        {
            socket.Dispose();
        }

        return place;
    }

    /// <summary>Makes a connection and runs it. Whatever goes wrong with one must not end the accepting of others.</summary>
    /// <param name="adopt">Makes it; afterwards the socket is its loop's.</param>
    /// <param name="place">Given back when it has ended.</param>
    /// <param name="left">What is left of its time to ask for something.</param>
    /// <returns>Whether it was made; if not, what was to be adopted is still to be closed.</returns>
    private bool TryRun(Func<TransportConnection> adopt, IDisposable place, TimeSpan left)
    {
        TransportConnection? adopted = null;
        try
        {
            adopted = adopt();
            var connection = new RtmpConnection(adopted, this, left);
            _connections.TryAdd(connection, connection);
            connection.Start(ended: () =>
            {
                _connections.TryRemove(connection, out _);
                place.Dispose();
            });
            return true;
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            logger.AcceptFailed(fault.Message);
            adopted?.Abort();
            place.Dispose();
            return adopted is not null;
        }
    }
}
