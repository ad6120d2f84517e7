using System.Globalization;
using Serilog.Events;
using Serilog.Formatting;

namespace MediaServer.Server.Logging;

/// <summary>
/// A line for people: time in UTC, level, source, text. What came from outside cannot begin a line of its own: an exception's lines are
/// indented, and everything else stays on its line.
/// </summary>
internal sealed class ConsoleLineFormatter : ITextFormatter
{
    public void Format(LogEvent logEvent, TextWriter output)
    {
        output.Write(logEvent.Timestamp.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        output.Write(' ');
        output.Write(LevelName(logEvent.Level));
        output.Write(' ');
        output.Write(SourceName(logEvent));
        output.Write(": ");
        output.WriteLine(PlainText.Escape(Render(logEvent)));
        foreach (string line in logEvent.Exception?.ToString().Split('\n') ?? [])
        {
            output.Write("    ");
            output.WriteLine(PlainText.Escape(line.TrimEnd()));
        }
    }

    private static string Render(LogEvent logEvent)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        foreach (Serilog.Parsing.MessageTemplateToken token in logEvent.MessageTemplate.Tokens)
        {
            if (token is Serilog.Parsing.PropertyToken { PropertyName: string name }
                && logEvent.Properties.TryGetValue(name, out LogEventPropertyValue? value) && value is ScalarValue { Value: string plain })
            {
                text.Write(plain); // without the quotes that Serilog would put around it
            }
            else
            {
                token.Render(logEvent.Properties, text, CultureInfo.InvariantCulture);
            }
        }

        return text.ToString();
    }

    private static string LevelName(LogEventLevel level) => level switch
    {
        LogEventLevel.Verbose => "trace",
        LogEventLevel.Debug => "debug",
        LogEventLevel.Information => "info ",
        LogEventLevel.Warning => "warn ",
        LogEventLevel.Error => "error",
        _ => "fatal",
    };

    // MediaServer.Ingest.RtmpEndpoint is Ingest to the reader of a log.
    private static string SourceName(LogEvent logEvent)
    {
        string source = logEvent.Properties.TryGetValue("SourceContext", out LogEventPropertyValue? value) && value is ScalarValue { Value: string name }
            ? name
            : nameof(Server);
        string[] parts = source.Split('.');
        return parts is ["MediaServer", string part, ..] ? part : parts[^1];
    }
}
