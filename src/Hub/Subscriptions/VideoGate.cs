using MediaServer.Media;

namespace MediaServer.Hub;

/// <summary>Lets a video track's frames pass only where a decoder that has not seen what was left out can show them.</summary>
internal struct VideoGate
{
    private State _state;
    private long _closedAt;
    private long _pts; // of the random access point that opened it

    private enum State : byte
    {
        Closed,
        Leading,
        Open,
    }

    /// <summary>Whether it lets nothing pass but a random access point.</summary>
    public readonly bool IsClosed => _state == State.Closed;

    /// <summary>Whether it lets everything pass.</summary>
    public readonly bool IsOpen => _state == State.Open;

    /// <summary>A gate that waits for a random access point from a moment on.</summary>
    public static VideoGate ClosedAt(long timestamp) => new() { _closedAt = timestamp };

    /// <summary>Waits for a random access point from now on, or still.</summary>
    public void Close(long timestamp)
    {
        if (_state != State.Closed)
        {
            this = ClosedAt(timestamp);
        }
    }

    /// <summary>Judges the track's next frame. Asking again about the same frame gives the same answer.</summary>
    /// <param name="frame">A video frame that is no configuration.</param>
    /// <param name="patienceTicks">How long frames may go on arriving without a random access point before any frame will do.</param>
    /// <param name="isNoKeyframeStart">Whether it has just opened for a frame that is none.</param>
    /// <returns>Why the frame is left out; null when it passes.</returns>
    public DropReason? Judge(MediaFrame frame, long patienceTicks, out bool isNoKeyframeStart)
    {
        isNoKeyframeStart = false;
        if (_state == State.Open)
        {
            return null;
        }

        bool isNext = _state == State.Leading && frame.Pts > _pts; // what leads another random access point refers to what was let through
        if (frame.Is(FrameTraits.RandomAccess) && !isNext)
        {
            _state = State.Leading;
            _pts = frame.Pts;
            return null;
        }

        if (_state == State.Leading)
        {
            if (frame.Pts < _pts)
            {
                return DropReason.Leading;
            }
        }
        else if (frame.ReceivedAt - _closedAt < patienceTicks)
        {
            return DropReason.UntilKeyframe;
        }
        else
        {
            isNoKeyframeStart = true;
        }

        _state = State.Open;
        return null;
    }
}
