using MediaServer.Media;

namespace MediaServer.Hub;

/// <summary>The right to publish one stream: whoever holds it is the stream's only publisher, until it is disposed.</summary>
public sealed class Publication : IDisposable
{
    private readonly StreamHub _hub;
    private int _disposed;

    internal Publication(StreamHub hub, StreamTopic topic)
    {
        _hub = hub;
        Topic = topic;
    }

    /// <summary>What is published to.</summary>
    public StreamTopic Topic { get; }

    /// <summary>
    /// Appends a frame and signals those who wait. Never waits for a subscriber, and costs the same however many there are. Called by one
    /// thread at a time, in the order of the stream.
    /// </summary>
    /// <param name="frame">A frame not published before; its reference is the log's from now on. After the end it is released and forgotten.</param>
    public void Publish(MediaFrame frame) => Topic.Append(frame);

    /// <summary>
    /// Ends the stream; may run beside <see cref="Publish"/>. The name is free at once. Subscribers read what the log holds and then
    /// complete; its memory goes back when the last one has, or after <see cref="HubOptions.DrainTime"/>.
    /// </summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _hub.End(Topic);
        }
    }
}
