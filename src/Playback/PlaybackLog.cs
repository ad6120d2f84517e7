using System.Net;
using MediaServer.Media;
using Microsoft.Extensions.Logging;

namespace MediaServer.Playback;

internal static partial class PlaybackLog
{
    [LoggerMessage(4000, LogLevel.Information, "{ConnectionId}: {Remote} plays {Stream} over {Kind}")]
    public static partial void Playing(this ILogger logger, string connectionId, EndPoint? remote, StreamKey stream, string kind);

    [LoggerMessage(4001, LogLevel.Information, "{ConnectionId}: stopped playing {Stream}; {Delivered} frames delivered, {Dropped} dropped")]
    public static partial void Stopped(this ILogger logger, string connectionId, StreamKey stream, long delivered, long dropped);

    [LoggerMessage(4002, LogLevel.Warning, "{ConnectionId}: cut off {Remote}, which took nothing of {Stream} for {Limit}")]
    public static partial void Stalled(this ILogger logger, string connectionId, EndPoint? remote, StreamKey stream, TimeSpan limit);

    [LoggerMessage(4003, LogLevel.Warning, "{ConnectionId}: cut off {Remote}, which fell further behind {Stream} than it may (policy disconnect)")]
    public static partial void TooSlow(this ILogger logger, string connectionId, EndPoint? remote, StreamKey stream);
}
