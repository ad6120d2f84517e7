using MediaServer.Media;

namespace MediaServer.Transport;

/// <summary>Frames that were copied into a stream's write and released, and that the kernel does not have yet.</summary>
internal sealed class UnconfirmedFrames
{
    private readonly List<(IFrameSource Source, MediaFrame Frame)> _frames = [];

    public void Add(IFrameSource source, MediaFrame frame) => _frames.Add((source, frame));

    /// <summary>The write is done.</summary>
    public void Confirm()
    {
        foreach ((IFrameSource source, MediaFrame frame) in _frames)
        {
            source.Sent(frame);
        }

        _frames.Clear();
    }

    /// <summary>The write will never be done.</summary>
    public void Lose()
    {
        foreach ((IFrameSource source, MediaFrame frame) in _frames)
        {
            source.Lost(frame);
        }

        _frames.Clear();
    }
}
