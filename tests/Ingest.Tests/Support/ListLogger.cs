using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace MediaServer.Ingest.Tests.Support;

/// <summary>Keeps what is logged.</summary>
internal sealed class ListLogger : ILogger<RtmpEndpoint>
{
    private readonly ConcurrentQueue<string> _lines = new();

    public IEnumerable<string> Lines => _lines;

    /// <summary>Called before each line; may throw, as a broken sink does.</summary>
    public Action<string> Writing { get; set; } = _ => { };

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        string line = formatter(state, exception);
        Writing(line);
        _lines.Enqueue(line);
    }
}
