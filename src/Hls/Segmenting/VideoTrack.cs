using MediaServer.Media;

namespace MediaServer.Hls;

/// <summary>A video track: a sample lasts until the next one's timestamp.</summary>
internal sealed class VideoTrack() : Track("video", 0, MediaCodec.Avc)
{
    private const long UsualInterval = MediaClock.Second / 30;

    /// <summary>Ticks between the last two samples: what the next one is expected to last.</summary>
    public long Interval { get; private set; } = UsualInterval;

    protected override bool TryPlace(long dts, long stampedTicks, out long ticks)
    {
        if (OpenSamples == 0)
        {
            ticks = EndTicks;
            return true;
        }

        ticks = Math.Max(stampedTicks, LastTicks + 1); // equal times get a tick
        Interval = Math.Min(ticks - LastTicks, MediaClock.Second);
        _ = TryEndLastAt(ticks);
        return true;
    }

    protected override long GetExpectedDuration() => Interval;

    protected override FrameTraits TraitsOf(MediaFrame frame) => frame.Traits;
}
