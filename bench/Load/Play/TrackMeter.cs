namespace MediaServer.Load;

/// <summary>Looks at one player's frames of one kind: whether they are all there, and in order.</summary>
internal sealed class TrackMeter
{
    private const int LeastJump = 500; // ms: B-frames and dropped disposable frames are below

    private uint _timestamp;
    private uint _number;
    private uint _lastMeasured;
    private bool _hasFrame;
    private bool _hasNumber;

    /// <summary>Frames while it counted.</summary>
    public long Frames { get; private set; }

    /// <summary>Stamped frames that never came.</summary>
    public long Lost { get; private set; }

    /// <summary>Stamped frames that came again, or out of order.</summary>
    public long Misordered { get; private set; }

    /// <summary>Timestamps that went back.</summary>
    public long TimeFaults { get; private set; }

    /// <summary>The longest step forward from one frame to the next beyond half a second, in milliseconds.</summary>
    public uint LongestJump { get; private set; }

    /// <summary>Whether the frame behind that step was a key frame.</summary>
    public bool JumpedToKeyFrame { get; private set; }

    /// <summary>The number of the first stamped frame while it counted; null when there was none.</summary>
    public uint? FirstNumber { get; private set; }

    /// <summary>Stamped frames that were published from that one to the last, lost ones included.</summary>
    public long Span => FirstNumber is { } first ? unchecked(_lastMeasured - first) + 1L : 0;

    /// <summary>Takes the next frame.</summary>
    public void Take(uint timestamp, Stamp? stamp, bool isKeyFrame, bool isMeasured)
    {
        int step = unchecked((int)(timestamp - _timestamp));
        if (_hasFrame && step > LeastJump && step > LongestJump)
        {
            LongestJump = (uint)step;
            JumpedToKeyFrame = isKeyFrame;
        }

        if (isMeasured)
        {
            Frames++;
            TimeFaults += _hasFrame && step < 0 ? 1 : 0;
            if (stamp is { } measured)
            {
                FirstNumber ??= measured.Number;
                _lastMeasured = measured.Number;
            }

            if (_hasNumber && stamp is { } counted)
            {
                int missing = unchecked((int)(counted.Number - _number)) - 1;
                Lost += Math.Max(0, missing);
                Misordered += missing < 0 ? 1 : 0;
            }
        }

        _timestamp = timestamp;
        _hasFrame = true;
        if (stamp is { } seen)
        {
            _number = seen.Number;
            _hasNumber = true;
        }
    }
}
