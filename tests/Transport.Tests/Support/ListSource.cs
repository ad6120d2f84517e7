using System.Diagnostics.CodeAnalysis;
using MediaServer.Media;

namespace MediaServer.Transport.Tests;

/// <summary>Frames in a list, handed out in order; what becomes of them is remembered.</summary>
internal sealed class ListSource(params IEnumerable<MediaFrame> frames) : IFrameSource
{
    private readonly Queue<MediaFrame> _frames = new(frames);

    public List<MediaFrame> SentFrames { get; } = [];

    public List<MediaFrame> LostFrames { get; } = [];

    public int ReadFrames { get; private set; }

    public TaskCompletionSource AllSent { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Add(MediaFrame frame) => _frames.Enqueue(frame);

    public bool TryRead([MaybeNullWhen(false)] out MediaFrame frame)
    {
        if (!_frames.TryDequeue(out frame))
        {
            return false;
        }

        ReadFrames++;
        return true;
    }

    public void Sent(MediaFrame frame)
    {
        SentFrames.Add(frame);
        if (_frames.Count == 0 && SentFrames.Count + LostFrames.Count == ReadFrames)
        {
            AllSent.TrySetResult();
        }
    }

    public void Lost(MediaFrame frame) => LostFrames.Add(frame);
}
