using MediaServer.Server.Options;
using Serilog;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Json;

namespace MediaServer.Server.Logging;

/// <summary>The log: Serilog on the standard output, behind a bounded buffer that drops what it cannot hold rather than make anybody wait.</summary>
internal static class ServerLogging
{
    private const int BufferedLines = 10_000;

    public static void AddServerLogging(this ILoggingBuilder logging, LogOptions options)
    {
        var backlog = new LogBacklog();
        ITextFormatter formatter = options.Format == LogFormat.Json
            ? new JsonFormatter(renderMessage: true)
            : new ConsoleLineFormatter();
        Serilog.Core.Logger logger = new LoggerConfiguration()
            .MinimumLevel.Is(ToSerilog(options.Level))
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning) // it would write queries, and with them stream keys
            .MinimumLevel.Override("System", LogEventLevel.Warning)
            .Filter.ByExcluding(logEvent => logEvent.MessageTemplate.Text == "Hosting failed to start") // told in one line, see StartupFault
            .WriteTo.Async(sink => sink.Console(formatter), backlog, BufferedLines, blockWhenFull: false)
            .CreateLogger();

        logging.AddSerilog(logger, dispose: true);
        logging.SetMinimumLevel(options.Level);
        logging.Services.AddSingleton(backlog);
    }

    private static LogEventLevel ToSerilog(LogLevel level) => level switch
    {
        LogLevel.None => LogEventLevel.Fatal,
        _ => (LogEventLevel)level,
    };
}
