using MediaServer.Hub;
using MediaServer.Media;

namespace MediaServer.Ingest;

/// <summary>Makes frames of what one publisher sends, and publishes them.</summary>
internal sealed class FramePublisher(Publication publication)
{
    private FrameTraits _nextTraits;

    /// <summary>Marks the next frame, whatever it is: configuration too, and not one that turns out to be dropped.</summary>
    public void MarkNext(FrameTraits traits) => _nextTraits |= traits;

    /// <summary>Publishes media, and moves the payload into the frame.</summary>
    public void Publish(in FrameInfo info, PayloadBuilder payload) => publication.Publish(MediaFrame.Create(Mark(info), payload));

    /// <summary>Publishes configuration or script data, whose bytes are copied.</summary>
    public MediaFrame PublishOwned(in FrameInfo info, ReadOnlySpan<byte> body)
    {
        MediaFrame frame = MediaFrame.CreateOwned(Mark(info), body);
        publication.Publish(frame);
        return frame;
    }

    private FrameInfo Mark(in FrameInfo info)
    {
        FrameTraits traits = info.Traits | _nextTraits;
        _nextTraits = FrameTraits.None;
        return info with { Traits = traits };
    }
}
