namespace MediaServer.Server;

/// <summary>What the composition root says; ids from 9000.</summary>
internal static partial class ServerLog
{
    [LoggerMessage(9000, LogLevel.Information, "MediaServer {Version} is ready")]
    public static partial void Ready(this ILogger logger, string version);

    [LoggerMessage(9001, LogLevel.Information, "Console:  http://localhost:{Port}/")]
    public static partial void ConsoleAt(this ILogger logger, int port);

    [LoggerMessage(9002, LogLevel.Information, "Publish:  rtmp://localhost:{Port}/live/NAME  (OBS: server rtmp://localhost:{Port}/live, stream key NAME)")]
    public static partial void PublishAt(this ILogger logger, int port);

    [LoggerMessage(9003, LogLevel.Information, "Play:     rtmp://localhost:{RtmpPort}/live/NAME  http://localhost:{HttpPort}/live/NAME/index.m3u8  http://localhost:{HttpPort}/live/NAME.flv")]
    public static partial void PlayAt(this ILogger logger, int rtmpPort, int httpPort);

    [LoggerMessage(9004, LogLevel.Information, "Stopping")]
    public static partial void Stopping(this ILogger logger);

    [LoggerMessage(9005, LogLevel.Warning, "The console is not built (src/Server/Console, needs Node.js): / says how to build it")]
    public static partial void ConsoleMissing(this ILogger logger);

    [LoggerMessage(9006, LogLevel.Error, "A task failed and nobody asked for its result")]
    public static partial void UnobservedFault(this ILogger logger, Exception fault);

    [LoggerMessage(9010, LogLevel.Information, "The demo publishes {File} as {Stream}")]
    public static partial void DemoPublishing(this ILogger logger, string file, string stream);

    [LoggerMessage(9011, LogLevel.Warning, "The demo stream {Stream} was interrupted ({Reason}); trying again in {Delay}")]
    public static partial void DemoInterrupted(this ILogger logger, string stream, string reason, TimeSpan delay);

    [LoggerMessage(9020, LogLevel.Information, "Keys were changed: {Count} are in force")]
    public static partial void KeysReloaded(this ILogger logger, int count);

    [LoggerMessage(9021, LogLevel.Warning, "Changed keys cannot be read ({Reason}): the {Count} from before stay in force")]
    public static partial void KeysNotReloaded(this ILogger logger, string reason, int count);

    [LoggerMessage(9022, LogLevel.Warning, "No first key could be made ({Reason}): only this machine may publish")]
    public static partial void NoFirstKey(this ILogger logger, string reason);

    [LoggerMessage(9023, LogLevel.Information, "The TLS certificate was renewed: {Subject}, valid until {NotAfter:u}")]
    public static partial void CertificateRenewed(this ILogger logger, string subject, DateTime notAfter);

    [LoggerMessage(9024, LogLevel.Warning, "A changed TLS certificate cannot be used ({Reason}): the one from before stays in force")]
    public static partial void CertificateNotRenewed(this ILogger logger, string reason);

    [LoggerMessage(9025, LogLevel.Information, "TLS:      rtmps://localhost:{Port}/live/NAME")]
    public static partial void TlsAt(this ILogger logger, int port);
}
