using Microsoft.Extensions.Logging;

namespace MediaServer.Hls;

internal static partial class HlsLog
{
    [LoggerMessage(5001, LogLevel.Information, "Stream {Stream}: HLS begins, epoch {Epoch}")]
    public static partial void StreamBegan(this ILogger logger, string stream, string epoch);

    [LoggerMessage(5002, LogLevel.Information, "Stream {Stream}: HLS ended after {Segments} segments")]
    public static partial void StreamEnded(this ILogger logger, string stream, long segments);

    [LoggerMessage(5003, LogLevel.Error, "Stream {Stream}: HLS ended by a fault; the stream goes on without it")]
    public static partial void SegmenterFailed(this ILogger logger, Exception exception, string stream);

    [LoggerMessage(5004, LogLevel.Warning, "Stream {Stream}: no usable codec header for {Codec} in HLS")]
    public static partial void UnusableHeader(this ILogger logger, string stream, string codec);
}
