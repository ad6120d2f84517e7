using Microsoft.Extensions.Logging;

namespace MediaServer.Hub;

internal static partial class HubLog
{
    [LoggerMessage(3001, LogLevel.Information, "Stream {Stream} started")]
    public static partial void StreamStarted(this ILogger logger, string stream);

    [LoggerMessage(3002, LogLevel.Information, "Stream {Stream} ended after {Frames} frames, {Bytes} bytes")]
    public static partial void StreamEnded(this ILogger logger, string stream, long frames, long bytes);

    [LoggerMessage(3003, LogLevel.Error, "Stream {Stream}: a handler of its start failed; the stream goes on without it")]
    public static partial void StartHandlerFailed(this ILogger logger, Exception exception, string stream);

    [LoggerMessage(3004, LogLevel.Warning, "Stream {Stream}: a subscriber of kind {Kind} fell behind {Overruns} times and lost {Frames} frames")]
    public static partial void SubscriberFellBehind(this ILogger logger, string stream, string kind, long overruns, long frames);

    [LoggerMessage(3005, LogLevel.Warning, "Stream {Stream} ended, and {Subscribers} subscribers had not read it to its end in time")]
    public static partial void NotDrained(this ILogger logger, string stream, int subscribers);

    [LoggerMessage(3006, LogLevel.Information, "Stream {Stream} lost its publisher, and waits {Window} for it")]
    public static partial void StreamWaits(this ILogger logger, string stream, TimeSpan window);

    [LoggerMessage(3007, LogLevel.Information, "Stream {Stream} goes on with a new publisher")]
    public static partial void StreamResumed(this ILogger logger, string stream);

    [LoggerMessage(3008, LogLevel.Warning, "Stream {Stream}: {Kind} subscriber {Name} swings: it keeps up for less than a minute, again and again")]
    public static partial void SubscriberSwings(this ILogger logger, string stream, string kind, string name);

    [LoggerMessage(3009, LogLevel.Error, "Stream {Stream}: {Kind} was too slow and lost {Frames} frames, from {From} to before {To}")]
    public static partial void LosslessGap(this ILogger logger, string stream, string kind, long frames, long from, long to);
}
