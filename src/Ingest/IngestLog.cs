using System.Net;
using MediaServer.Media;
using MediaServer.Rtmp;
using Microsoft.Extensions.Logging;

namespace MediaServer.Ingest;

internal static partial class IngestLog
{
    [LoggerMessage(2000, LogLevel.Information, "RTMP listens on port {Port}")]
    public static partial void Listening(this ILogger logger, int port);

    [LoggerMessage(2001, LogLevel.Information, "{ConnectionId}: {Remote} publishes {Stream} ({Client})")]
    public static partial void Publishing(this ILogger logger, string connectionId, EndPoint? remote, StreamKey stream, string client);

    [LoggerMessage(2002, LogLevel.Information, "{ConnectionId}: {Stream} is no longer published")]
    public static partial void PublishEnded(this ILogger logger, string connectionId, StreamKey stream);

    [LoggerMessage(2003, LogLevel.Warning, "{ConnectionId}: {Remote} may not {Action} {Stream}: {Reason}")]
    public static partial void Refused(this ILogger logger, string connectionId, EndPoint? remote, string action, string stream, string reason);

    [LoggerMessage(2004, LogLevel.Warning, "{ConnectionId}: {Remote} broke the protocol ({Reason}): {Detail}")]
    public static partial void ProtocolBroken(this ILogger logger, string connectionId, EndPoint? remote, CloseReason reason, string detail);

    [LoggerMessage(2005, LogLevel.Warning, "{ConnectionId}: closed {Remote}, which {Fault} for {Limit}")]
    public static partial void TimedOut(this ILogger logger, string connectionId, EndPoint? remote, string fault, TimeSpan limit);

    [LoggerMessage(2006, LogLevel.Warning, "Refused an RTMP connection: {Limit} are open already (Ingest:MaxConnections)")]
    public static partial void TooManyConnections(this ILogger logger, int limit);

    [LoggerMessage(2007, LogLevel.Warning, "RTMP cannot accept a connection: {Reason}")]
    public static partial void AcceptFailed(this ILogger logger, string reason);

    [LoggerMessage(2008, LogLevel.Error, "{ConnectionId}: closed {Remote} after a fault of the server's own")]
    public static partial void ConnectionFailed(this ILogger logger, Exception exception, string connectionId, EndPoint? remote);

    [LoggerMessage(2009, LogLevel.Warning, "{Count} RTMP connections had not ended after {Limit}: they are cut off")]
    public static partial void StoppedWaiting(this ILogger logger, int count, TimeSpan limit);

    [LoggerMessage(2010, LogLevel.Error, "{ConnectionId}: access could not be checked, so it is refused")]
    public static partial void AuthorizerFailed(this ILogger logger, Exception exception, string connectionId);

    [LoggerMessage(2011, LogLevel.Information, "RTMPS listens on port {Port}")]
    public static partial void ListeningTls(this ILogger logger, int port);

    [LoggerMessage(2012, LogLevel.Warning, "A TLS handshake with {Remote} failed: {Reason}")]
    public static partial void TlsFailed(this ILogger logger, EndPoint? remote, string reason);

    [LoggerMessage(2013, LogLevel.Warning, "Refused an RTMP connection of {Address}, which has {Limit} already (Ingest:MaxConnectionsPerAddress)")]
    public static partial void TooManyConnectionsOfAddress(this ILogger logger, IPAddress address, int limit);

    [LoggerMessage(2014, LogLevel.Warning, "{ConnectionId}: {Remote} may not go on publishing {Stream}: {Reason}")]
    public static partial void PublishCutOff(this ILogger logger, string connectionId, EndPoint? remote, StreamKey stream, string reason);

    [LoggerMessage(2015, LogLevel.Debug, "{ConnectionId}: {Remote} is asked to log in")]
    public static partial void LoginAsked(this ILogger logger, string connectionId, EndPoint? remote);

    [LoggerMessage(2016, LogLevel.Warning, "{ConnectionId}: {Remote} could not log in: {Reason}")]
    public static partial void LoginFailed(this ILogger logger, string connectionId, EndPoint? remote, string reason);

    [LoggerMessage(2030, LogLevel.Warning, "{Stream}: {Kind} track {TrackId} is {FourCc}, which this server does not know: RTMP and HTTP-FLV players get it as it is, nobody else does")]
    public static partial void UnknownCodec(this ILogger logger, StreamKey stream, FourCc fourCc, MediaKind kind, byte trackId);

    [LoggerMessage(2031, LogLevel.Warning, "{Stream}: has more than {Limit} tracks of {Kind}; the others are dropped")]
    public static partial void TooManyTracks(this ILogger logger, StreamKey stream, int limit, MediaKind kind);
}
