namespace MediaServer.Ingest;

/// <summary>
/// Holds two encoders apart that both want one stream and take it from each other: the first three times are free, then each needs a
/// longer pause after the one before. Thread-safe; passed on from each publisher of the stream to the one that replaces it.
/// </summary>
internal sealed class TakeOverBackOff(TimeProvider time)
{
    private const int FreeTimes = 3;

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Peace = TimeSpan.FromMinutes(1); // beyond the pause: then all is forgotten

    private readonly Lock _lock = new();
    private int _times;
    private long _lastAt;

    /// <summary>Asks whether the stream may be taken from a publisher that is alive, and counts it if so.</summary>
    /// <param name="wait">Otherwise the time after which it may.</param>
    public bool TryTakeOver(out TimeSpan wait)
    {
        lock (_lock)
        {
            TimeSpan since = time.GetElapsedTime(_lastAt);
            if (since >= Pause + Peace)
            {
                _times = 0;
            }

            wait = Pause - since;
            if (_times >= FreeTimes && wait > TimeSpan.Zero)
            {
                return false;
            }

            _times++;
            _lastAt = time.GetTimestamp();
            return true;
        }
    }

    private TimeSpan Pause => _times < FreeTimes
        ? TimeSpan.Zero
        : TimeSpan.FromTicks(Math.Min(FirstPause.Ticks << Math.Min(_times - FreeTimes, 16), LongestPause.Ticks));
}
