using MediaServer.Media;

namespace MediaServer.Hls;

/// <summary>Media time as all renditions of a stream count it: 90,000 a second from the zero of the stream's timeline.</summary>
/// <remarks>A video track's ticks are these; an audio track counts in its sample rate, and a whole sample of both is finer than any frame.</remarks>
internal static class MediaClock
{
    public const long Second = CmafInitSegment.VideoTimescale;
    public const long Millisecond = Second / 1000;

    public static long FromMilliseconds(long milliseconds) => Math.Max(0, milliseconds) * Millisecond;

    public static long From(TimeSpan time) => time.Ticks * Second / TimeSpan.TicksPerSecond;

    public static TimeSpan ToTimeSpan(long time) => TimeSpan.FromTicks(time * (TimeSpan.TicksPerSecond / 1000) / Millisecond);
}

/// <summary>Which wall-clock time a moment of media has: one mapping for all renditions, anchored anew only at a discontinuity.</summary>
internal readonly record struct WallClock(DateTimeOffset Anchor, long AnchorTime)
{
    public DateTimeOffset At(long time) => Anchor + MediaClock.ToTimeSpan(time - AnchorTime);
}
