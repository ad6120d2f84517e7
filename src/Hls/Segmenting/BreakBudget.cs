namespace MediaServer.Hls;

/// <summary>How often a stream may break: a few times at once, then once in some frames. A hostile one would make a segment of every frame.</summary>
internal sealed class BreakBudget
{
    private const int Most = 4;
    private const int FramesPerBreak = 64;

    private int _breaks = Most;
    private int _frames;

    /// <summary>Counts a frame of the stream.</summary>
    public void Refill()
    {
        if (++_frames == FramesPerBreak)
        {
            _frames = 0;
            _breaks = Math.Min(_breaks + 1, Most);
        }
    }

    public bool TryTake()
    {
        if (_breaks == 0)
        {
            return false;
        }

        _breaks--;
        return true;
    }
}
