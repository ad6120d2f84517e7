namespace MediaServer.Server.Streams;

/// <summary>The last few samples of two counters, and how fast these grew between the oldest and the newest of them.</summary>
/// <remarks>One writer; <see cref="Rate"/> may be read by anybody. Five seconds even out key frames of a usual interval.</remarks>
internal sealed class RateWindow(TimeProvider time)
{
    private const int MaxSamples = 6;

    private readonly Queue<(long At, long Bytes, long Frames)> _samples = new(MaxSamples);
    private volatile Reading _reading = new(default);

    /// <summary>The growth per second.</summary>
    public StreamRate Rate => _reading.Rate;

    /// <summary>Takes a sample.</summary>
    /// <param name="at">A <see cref="TimeProvider.GetTimestamp"/>.</param>
    /// <param name="bytes">The bytes until then.</param>
    /// <param name="frames">The frames until then.</param>
    public void Add(long at, long bytes, long frames)
    {
        if (_samples.Count == MaxSamples)
        {
            _samples.Dequeue();
        }

        _samples.Enqueue((at, bytes, frames));
        (long At, long Bytes, long Frames) oldest = _samples.Peek();
        double seconds = time.GetElapsedTime(oldest.At, at).TotalSeconds;
        if (seconds > 0)
        {
            _reading = new Reading(new StreamRate((bytes - oldest.Bytes) * 8 / seconds, (frames - oldest.Frames) / seconds));
        }
    }

    private sealed record Reading(StreamRate Rate); // two numbers that belong together, swapped as one
}
