using System.Diagnostics;

namespace MediaServer.Load;

/// <summary>The clock that all processes of a machine share (<c>CLOCK_MONOTONIC</c>): stamps of one are read by another.</summary>
internal static class Clock
{
    /// <summary>Nanoseconds in a second.</summary>
    public const long Second = 1_000_000_000;

    /// <summary>Nanoseconds in a millisecond.</summary>
    public const long Millisecond = 1_000_000;

    /// <summary>Nanoseconds since some time before.</summary>
    public static long Now => Stopwatch.GetTimestamp(); // ticks of a nanosecond on Linux, the only system this runs on

    /// <summary>A time in nanoseconds.</summary>
    public static long ToNanoseconds(this TimeSpan time) => (long)(time.TotalSeconds * Second);
}
