namespace MediaServer.Rtmp;

/// <summary>The peer broke the protocol; its connection has to be closed. Caught once, in the shell that owns the connection.</summary>
/// <param name="reason">What is wrong, for the counter.</param>
/// <param name="message">What is wrong, for the log line. Never holds a stream key.</param>
public sealed class RtmpProtocolException(CloseReason reason, string message) : Exception(message)
{
    /// <summary>What is wrong.</summary>
    public CloseReason Reason { get; } = reason;
}
