using System.IO.Pipelines;
using System.Net;
using MediaServer.Transport;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace MediaServer.Playback;

/// <summary>
/// The way of one response to its player. Where it can be, that is the socket itself: a shard writes everything, the response's head
/// included, and the HTTP server nothing. Elsewhere (TLS, HTTP/2, no epoll) it leads through the server's streams.
/// </summary>
/// <remarks>docs/adr/0010 has what was measured, and what goes wrong when both write.</remarks>
internal sealed class ResponseRoute : IAsyncDisposable
{
    private readonly HttpContext _context;
    private readonly bool _isShared;
    private readonly CancellationTokenRegistration _aborted;
    private readonly CancellationTokenRegistration _left;

    private ResponseRoute(HttpContext context, TransportConnection connection, PipeReader input, bool isShared)
    {
        _context = context;
        _isShared = isShared;
        Connection = connection;
        Input = input;
        _aborted = context.RequestAborted.UnsafeRegister(static state => ((TransportConnection)state!).Abort(), connection);
        _left = connection.PeerClosed.UnsafeRegister(static state => ((TransportConnection)state!).Abort(), connection);
    }

    /// <summary>Where the response is sent.</summary>
    public TransportConnection Connection { get; }

    /// <summary>Whether what is sent has to come in chunks (RFC 9112 §7.1); else it ends where the server, or the end of the connection, says so.</summary>
    public bool IsChunked { get; private init; }

    /// <summary>What the client says after its request: read on the connection's loop, by one who knows how such a reader is left.</summary>
    public PipeReader Input { get; }

    /// <summary>Takes the socket of a request, if nothing but this response will be written to it.</summary>
    /// <returns>The way; <see langword="null"/> when there is TLS or framing in between, or something of the server's may be unsent.</returns>
    public static ResponseRoute? TryShare(HttpContext context, TransportHost transport, TimeProvider time)
    {
        bool isPlain = context.Request.Protocol is "HTTP/1.1" or "HTTP/1.0"
            && context.Features.Get<ITlsHandshakeFeature>() is null; // the socket is there with TLS, too
        if (!isPlain
            || !IsFirstOfConnection(context)
            || context.Features.Get<IConnectionSocketFeature>()?.Socket is not { } socket
            || context.Features.Get<IConnectionTransportFeature>()?.Transport.Input is not { } input
            || transport.TryShare(socket, RemoteOf(context)) is not { } connection)
        {
            return null;
        }

        IHeaderDictionary headers = context.Response.Headers;
        headers.Date = time.GetUtcNow().ToString("R");
        bool isUpgrade = context.Response.StatusCode == StatusCodes.Status101SwitchingProtocols;
        bool isChunked = !isUpgrade && context.Request.Protocol == "HTTP/1.1";
        if (!isUpgrade)
        {
            headers.Connection = "close";
        }

        if (isChunked)
        {
            headers.TransferEncoding = "chunked";
        }

        return new ResponseRoute(context, connection, input, isShared: true) { IsChunked = isChunked };
    }

    /// <summary>Goes through the HTTP server.</summary>
    /// <param name="context">The request.</param>
    /// <param name="transport">Where the connection runs.</param>
    /// <param name="upgraded">What is read and written once the protocol was changed; <see langword="null"/> for a response's body.</param>
    public static ResponseRoute Wrap(HttpContext context, TransportHost transport, Stream? upgraded)
    {
        context.Features.Get<IHttpMinResponseDataRateFeature>()?.MinDataRate = null; // it knows nothing of live media
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        var stream = new ExchangeStream(upgraded, upgraded ?? context.Response.Body, context.RequestAborted);
        TransportConnection connection = transport.Adopt(stream, RemoteOf(context));
        return new ResponseRoute(context, connection, connection.Input, isShared: false);
    }

    /// <summary>Writes the response's head, unless the server does. On the connection's loop, before all else.</summary>
    public void WriteHead()
    {
        if (_isShared)
        {
            ResponseHead.Write(Connection.Outbox, _context.Response);
        }
    }

    /// <summary>The response is over, or on its last bytes: waits until its connection has ended.</summary>
    public async ValueTask EndAsync()
    {
        if (_isShared)
        {
            await _aborted.DisposeAsync(); // what is still with the kernel needs the server no more
            _context.Abort();              // and it must not answer after us
        }

        await Connection.Closed;
        if (Connection.End != ConnectionEnd.Closed)
        {
            _context.Abort();
        }
    }

    /// <summary>Nobody reads any more. On the connection's loop.</summary>
    public void StopReading()
    {
        if (!_isShared)
        {
            Input.Complete(); // else it is the server's
        }
    }

    /// <summary>Lets go of the connection, and leaves its loop: what follows is the HTTP server's.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isShared)
        {
            _context.Abort(); // was done at an end in order; when something was thrown, the server must not answer that
        }

        Connection.Abort(); // has ended already, but when something was thrown
        await Connection.Closed;
        await _aborted.DisposeAsync();
        await _left.DisposeAsync();
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
    }

    /// <summary>
    /// Whether the request is its connection's first, by the number that Kestrel gives it. Before a later one the server may have bytes of
    /// an earlier response that the kernel does not have yet: it never says.
    /// </summary>
    private static bool IsFirstOfConnection(HttpContext context) => context.TraceIdentifier == $"{context.Connection.Id}:00000001";

    private static IPEndPoint RemoteOf(HttpContext context) =>
        new(context.Connection.RemoteIpAddress ?? IPAddress.None, context.Connection.RemotePort);
}
