using MediaServer.Media;

namespace MediaServer.Hub;

/// <summary>
/// The right to publish one stream: whoever holds it is the stream's only publisher, until it is disposed or suspended. Whichever comes
/// first counts; the other then does nothing, and neither does <see cref="Publish"/>.
/// </summary>
public sealed class Publication : IDisposable
{
    private readonly StreamHub _hub;

    internal Publication(StreamHub hub, StreamTopic topic, bool isResumed)
    {
        _hub = hub;
        Topic = topic;
        IsResumed = isResumed;
        LastDts = topic.Log.LastDts;
    }

    /// <summary>What is published to.</summary>
    public StreamTopic Topic { get; }

    /// <summary>
    /// Whether the stream waited for its publisher and goes on with this one. Its first frame has to say so:
    /// <see cref="FrameTraits.Splice"/> and <see cref="FrameTraits.Discontinuity"/>.
    /// </summary>
    public bool IsResumed { get; }

    /// <summary>The latest decoding time of the stream when this publication began, in milliseconds; −1 when it had no frame.</summary>
    public long LastDts { get; }

    /// <summary>
    /// Appends a frame and signals those who wait. Never waits for a subscriber, and costs the same however many there are. Called by one
    /// thread at a time, in the order of the stream.
    /// </summary>
    /// <param name="frame">A frame not published before; its reference is the log's from now on. After the end it is released and forgotten.</param>
    public void Publish(MediaFrame frame) => Topic.Append(frame, this);

    /// <summary>
    /// Gives the stream up without ending it, because its publisher was lost: whoever publishes the name within
    /// <see cref="HubOptions.ResumeWindow"/> goes on with it, else it ends. From any thread, beside <see cref="Publish"/>, too: when this
    /// returns, no frame of this publication gets in any more.
    /// </summary>
    public void Suspend() => _hub.Suspend(this);

    /// <summary>
    /// Ends the stream; from any thread, beside <see cref="Publish"/>, too. The name is free at once. Subscribers read what the log holds
    /// and then complete; its memory goes back when the last one has, or after <see cref="HubOptions.DrainTime"/>.
    /// </summary>
    public void Dispose() => _hub.End(this);
}
