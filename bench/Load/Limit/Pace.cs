namespace MediaServer.Load;

/// <summary>When the frames of a looped clip are due, and how many bytes go out then.</summary>
/// <param name="clip">The clip.</param>
/// <param name="merge">How long frames wait for others.</param>
internal sealed class Pace(Clip clip, TimeSpan merge)
{
    private readonly long _start = Clock.Now;
    private readonly long _merge = merge.ToNanoseconds();
    private long _turn;
    private int _next;
    private long _flushAt; // of merged frames; 0 when none waits
    private int _waitingBytes;
    private int _waitingFrames;

    /// <summary>When there is more to send, or to merge.</summary>
    public long NextDue => _flushAt > 0 ? Math.Min(_flushAt, FrameDue) : FrameDue;

    private long FrameDue => _start + (((_turn * clip.LengthMilliseconds) + clip.Media[_next].Time) * Clock.Millisecond);

    /// <summary>Takes what is to go out in one call.</summary>
    public bool TryTake(long now, out int payloadBytes, out int frames)
    {
        while (FrameDue <= now)
        {
            _waitingBytes += clip.Media[_next].PublishedBytes;
            _waitingFrames++;
            _flushAt = _flushAt > 0 ? _flushAt : FrameDue + _merge;
            _next++;
            if (_next == clip.Media.Count)
            {
                _next = 0;
                _turn++;
            }

            if (_merge == 0)
            {
                break;
            }
        }

        bool isDue = _flushAt > 0 && _flushAt <= now;
        (payloadBytes, frames) = (_waitingBytes, _waitingFrames);
        if (isDue)
        {
            _flushAt = _waitingBytes = _waitingFrames = 0;
        }

        return isDue;
    }
}
