namespace MediaServer.Hls;

/// <summary>What one media sequence number stands for in every rendition: an interval of media time, cut at the same place in all.</summary>
internal sealed class Slot(long number, long start, WallClock clock)
{
    /// <summary>The media sequence number, from 1.</summary>
    public long Number { get; } = number;

    /// <summary>Media time at which it begins.</summary>
    public long Start { get; set; } = start;

    /// <summary>Media time at which it ends; known once there is a <see cref="Next"/>, or the stream has ended.</summary>
    public long End { get; set; } = start;

    public WallClock Clock { get; } = clock;

    /// <summary>Whether what it holds does not go on from the slot before.</summary>
    public bool IsDiscontinuous { get; set; }

    /// <summary>The slot behind it, from the moment its end was decided; tracks that lag are still filling this one then.</summary>
    public Slot? Next { get; set; }

    /// <summary>Segments by track; none where the track had nothing in that time (or is not there yet).</summary>
    public MediaSegment?[] Segments { get; } = new MediaSegment?[Track.Count];

    /// <summary>When it can be forgotten, as a timestamp; set once it left the playlist.</summary>
    public long ExpiresAt { get; set; } = long.MaxValue;

    public double Seconds => (double)Math.Max(0, End - Start) / MediaClock.Second;

    /// <summary>What it adds at least to any track's playlist.</summary>
    public double LeastSeconds => Segments.Min(segment => segment?.Seconds ?? Seconds);

    public long HeldBytes => Segments.Sum(segment => segment?.HeldBytes ?? 0);

    public void Release()
    {
        foreach (MediaSegment? segment in Segments)
        {
            segment?.Release();
        }
    }
}
