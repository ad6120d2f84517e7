using MediaServer.Media;

namespace MediaServer.Hub.Tests.Stress;

/// <summary>What must hold for each reader: whole frames, in order, no doubles, and video that its decoder has all it needs for.</summary>
internal sealed class StressCheck
{
    private long _last = -1;
    private long _lastNeeded = -1; // the last video frame got that others need
    private long _lastNeededOfGroupBefore = -1;
    private long _header = -1; // its offset

    /// <summary>Frames accepted, injected ones included.</summary>
    public long Frames { get; private set; }

    /// <summary>Those of them that were injected.</summary>
    public long Injected { get; private set; }

    public void Accept(MediaFrame frame)
    {
        Frames++;
        int mark = FrameMaker.MarkOf(frame);
        Assert.True(FrameMaker.IsIntact(frame), $"frame {frame.Offset} was overwritten, it begins with {mark:X}");
        if (frame.Is(FrameTraits.SequenceHeader))
        {
            _header = mark;
        }

        if (frame.Is(FrameTraits.Injected))
        {
            Injected++;
            return;
        }

        Assert.True(mark == frame.Offset, $"frame {frame.Offset} has the bytes of {mark}");
        Assert.True(frame.Offset > _last, $"frame {frame.Offset} after {_last}");
        _last = frame.Offset;
        if (frame.Kind == MediaKind.Video && !frame.Is(FrameTraits.SequenceHeader))
        {
            AcceptVideo(frame);
        }
    }

    private void AcceptVideo(MediaFrame frame)
    {
        int place = (int)(frame.Offset - _header);
        Assert.True(_header >= 0 && place is > 0 and < StressStream.GroupFrames, $"video {frame.Offset} under header {_header}");
        if (!frame.Is(FrameTraits.RandomAccess))
        {
            long needed = StressStream.IsLeading(place)
                ? _header - StressStream.GroupFrames + StressStream.NeededBefore(StressStream.GroupFrames)
                : _header + StressStream.NeededBefore(place);
            long got = StressStream.IsLeading(place) ? _lastNeededOfGroupBefore : _lastNeeded;
            Assert.True(got == needed, $"video {frame.Offset} of header {_header} needs {needed}, and the last of its kind was {got}");
        }
        else
        {
            _lastNeededOfGroupBefore = _lastNeeded;
        }

        if (StressStream.IsNeeded(place))
        {
            _lastNeeded = frame.Offset;
        }
    }
}
