using MediaServer.Media;
using MediaServer.Playback;

namespace MediaServer.Micro;

/// <summary>Values that are made from texts.</summary>
internal static class Known
{
    /// <summary>The stream that all benchmarks publish.</summary>
    public static StreamKey Stream { get; } = StreamKey.TryParse("live/bench", out StreamKey key, out _) ? key : throw new InvalidOperationException();

    /// <summary>Every frame goes out at once.</summary>
    public static FlushInterval AtOnce { get; } = FlushInterval.TryParse("0", out FlushInterval interval) ? interval : throw new InvalidOperationException();
}
