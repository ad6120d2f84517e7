using Microsoft.Extensions.Logging;

namespace MediaServer.Transport;

/// <summary>What the transport logs: ids 1000 to 1999.</summary>
internal static partial class TransportLog
{
    [LoggerMessage(1000, LogLevel.Debug, "Connection {ConnectionId} from {RemoteEndPoint} runs on {Loop}")]
    public static partial void ConnectionAdopted(this ILogger logger, string connectionId, string remoteEndPoint, string loop);

    [LoggerMessage(1001, LogLevel.Debug, "Connection {ConnectionId} ended: {End}")]
    public static partial void ConnectionEnded(this ILogger logger, string connectionId, ConnectionEnd end);

    [LoggerMessage(1002, LogLevel.Error, "Connection {ConnectionId} failed by a fault of the server")]
    public static partial void ConnectionFailed(this ILogger logger, string connectionId, Exception exception);

    [LoggerMessage(1003, LogLevel.Error, "Work posted to a loop failed")]
    public static partial void PostedWorkFailed(this ILogger logger, Exception exception);

    [LoggerMessage(1004, LogLevel.Warning, "Connection {ConnectionId} cannot be watched: error {Error}")]
    public static partial void WatchFailed(this ILogger logger, string connectionId, int error);

    [LoggerMessage(1005, LogLevel.Error, "A loop did not stop within {Seconds} s: something waits on it")]
    public static partial void LoopDidNotStop(this ILogger logger, double seconds);

    [LoggerMessage(1006, LogLevel.Error, "The epoll of a shard failed with error {Error}, and is replaced")]
    public static partial void PollFailed(this ILogger logger, int error);
}
