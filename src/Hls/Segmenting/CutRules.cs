namespace MediaServer.Hls;

/// <summary>Decides how long segments are: the target duration once, then for every frame whether a segment begins with it.</summary>
internal sealed class CutRules(TimeSpan segmentDuration)
{
    /// <summary>Seconds of target duration when no second key frame came in time: OBS's automatic interval is 250 frames.</summary>
    private const int LongTargetSeconds = 10;

    /// <summary>How long the second key frame is waited for.</summary>
    private const long Patience = 4 * MediaClock.Second;

    /// <summary>How much timestamps in milliseconds, rounded by several hands, may be off.</summary>
    private const long Noise = MediaClock.Second / 10;

    /// <summary>What a segment may exceed the target by, as EXTINF is rounded to it (RFC 8216 §4.3.3.1): half a second, less an audio frame.</summary>
    private const long Excess = 45 * MediaClock.Second / 100;

    private readonly long _segment = MediaClock.From(segmentDuration);
    private long _lastGroup;

    /// <summary>EXT-X-TARGETDURATION; 0 until it is decided, then it stays.</summary>
    public int TargetSeconds { get; private set; }

    /// <summary>The longest a segment may become.</summary>
    public long Limit => (TargetSeconds == 0 ? LongTargetSeconds : TargetSeconds) * MediaClock.Second + Excess;

    public long Target => Limit - Excess;

    private int LeastTargetSeconds => (int)Math.Ceiling(segmentDuration.TotalSeconds);

    /// <summary>Whether a segment begins with a video frame.</summary>
    /// <param name="elapsed">Media time since the segment began.</param>
    /// <param name="interval">Media time until the next frame, as far as one can tell.</param>
    /// <param name="group">Media time since the last random access point if the frame is one, otherwise 0.</param>
    public bool IsDue(long elapsed, long interval, long group)
    {
        DecideTarget(elapsed, group);
        if (group == 0)
        {
            return elapsed + interval > Limit;
        }

        _lastGroup = group;
        return elapsed + Noise >= _segment || elapsed + _lastGroup > Limit;
    }

    /// <summary>Whether a segment begins with an audio frame of a stream that has no video.</summary>
    public bool IsDueWithoutVideo(long elapsed) => elapsed >= _segment;

    /// <summary>Decides the target of a stream that has no video: every audio frame is a random access point.</summary>
    public void SettleWithoutVideo() => TargetSeconds = TargetSeconds == 0 ? LeastTargetSeconds : TargetSeconds;

    /// <summary>Decides the target if nothing else has: the first segment ends here, whatever the reason.</summary>
    public void Settle() => TargetSeconds = TargetSeconds == 0 ? Math.Max(LongTargetSeconds, LeastTargetSeconds) : TargetSeconds;

    private void DecideTarget(long elapsed, long group)
    {
        if (TargetSeconds != 0)
        {
            return;
        }

        if (group > 0 && elapsed <= Patience)
        {
            TargetSeconds = Math.Max(LeastTargetSeconds, (int)((group - Noise + MediaClock.Second - 1) / MediaClock.Second));
        }
        else if (elapsed >= Patience)
        {
            Settle();
        }
    }
}
