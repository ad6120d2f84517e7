using System.Collections.ObjectModel;

namespace MediaServer.Media;

/// <summary>How often durations fell between fixed bounds. Recording allocates nothing.</summary>
public sealed class DurationHistogram
{
    private static readonly TimeSpan[] UpperBounds =
        [.. new[] { 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000 }.Select(milliseconds => TimeSpan.FromMilliseconds(milliseconds))];

    private readonly long[] _counts = new long[UpperBounds.Length + 1];
    private long _sumTicks;

    /// <summary>The bounds: each bucket holds what is above the one before and not above its own, and a last one what is above all.</summary>
    public static ReadOnlyCollection<TimeSpan> Bounds { get; } = Array.AsReadOnly(UpperBounds);

    /// <summary>How many durations there are in each bucket: one more than there are <see cref="Bounds"/>.</summary>
    public IReadOnlyList<long> Counts => [.. Enumerable.Range(0, _counts.Length).Select(bucket => Volatile.Read(ref _counts[bucket]))];

    /// <summary>How many durations there are in all.</summary>
    public long Total => Counts.Sum();

    /// <summary>All durations together.</summary>
    public TimeSpan Sum => new(Volatile.Read(ref _sumTicks));

    /// <summary>Counts a duration; one below zero, as clocks may give it, as zero.</summary>
    public void Record(TimeSpan duration)
    {
        Interlocked.Increment(ref _counts[FindBucket(duration)]);
        Interlocked.Add(ref _sumTicks, Math.Max(duration.Ticks, 0));
    }

    /// <summary>Counts a duration where nobody else records at the same time, as for each frame and subscriber: without the price of the bus.</summary>
    public void RecordAlone(TimeSpan duration)
    {
        ref long count = ref _counts[FindBucket(duration)];
        Volatile.Write(ref count, count + 1);
        Volatile.Write(ref _sumTicks, _sumTicks + Math.Max(duration.Ticks, 0));
    }

    /// <summary>Adds what another has counted.</summary>
    public void Add(DurationHistogram other)
    {
        ArgumentNullException.ThrowIfNull(other);
        for (int bucket = 0; bucket < _counts.Length; bucket++)
        {
            Interlocked.Add(ref _counts[bucket], Volatile.Read(ref other._counts[bucket]));
        }

        Interlocked.Add(ref _sumTicks, Volatile.Read(ref other._sumTicks));
    }

    private static int FindBucket(TimeSpan duration)
    {
        int bucket = 0;
        while (bucket < UpperBounds.Length && duration > UpperBounds[bucket])
        {
            bucket++;
        }

        return bucket;
    }
}
