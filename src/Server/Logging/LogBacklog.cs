using Serilog.Sinks.Async;

namespace MediaServer.Server.Logging;

/// <summary>Sees how many lines of the log were dropped because the output did not take them in time.</summary>
internal sealed class LogBacklog : IAsyncLogEventSinkMonitor
{
    private IAsyncLogEventSinkInspector? _inspector;

    /// <summary>Lines dropped since the start.</summary>
    public long DroppedLines => _inspector?.DroppedMessagesCount ?? 0;

    public void StartMonitoring(IAsyncLogEventSinkInspector inspector) => _inspector = inspector;

    public void StopMonitoring(IAsyncLogEventSinkInspector inspector) => _inspector = null;
}
