using System.Globalization;
using MediaServer.Server.Logging;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace MediaServer.Server.Tests.Logging;

public class ConsoleLineFormatterTests
{
    [Fact]
    public void A_line_has_time_level_source_and_text()
    {
        string line = Assert.Single(LinesOf(log => log.ForContext(Constants.SourceContextPropertyName, "MediaServer.Ingest.RtmpEndpoint")
            .Information("{Stream} plays at {Rate} fps", "live/demo", 29.97)));

        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z info  Ingest: live/demo plays at 29\.97 fps$", line);
    }

    [Fact]
    public void A_name_with_line_breaks_cannot_begin_a_line_of_its_own()
    {
        string line = Assert.Single(LinesOf(log => log.Warning("Refused {Stream}", "x\n2026-01-01T00:00:00.000Z info  Server: all is well\u001b[0m")));

        Assert.Contains(@"Refused x\n2026-01-01", line, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', line);
    }

    [Fact]
    public void The_lines_of_an_exception_are_indented()
    {
        List<string> lines = LinesOf(log => log.Error(new InvalidOperationException("first\nsecond"), "It failed"));

        Assert.EndsWith("It failed", lines[0], StringComparison.Ordinal);
        Assert.All(lines.Skip(1), line => Assert.StartsWith("    ", line, StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Trim() == "second");
    }

    private static List<string> LinesOf(Action<Serilog.ILogger> write)
    {
        var sink = new TextSink();
        using (Logger logger = new LoggerConfiguration().WriteTo.Sink(sink).CreateLogger())
        {
            write(logger);
        }

        return [.. sink.Text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }

    private sealed class TextSink : ILogEventSink
    {
        private readonly ConsoleLineFormatter _formatter = new();

        public StringWriter Text { get; } = new(CultureInfo.InvariantCulture);

        public void Emit(LogEvent logEvent) => _formatter.Format(logEvent, Text);
    }
}
