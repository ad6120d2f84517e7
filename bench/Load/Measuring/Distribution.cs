using System.Numerics;

namespace MediaServer.Load;

/// <summary>
/// How times are distributed: counts in buckets that are 1/64 of their value wide, so that a percentile is right within 1.6 % and a run may go
/// on for ever. Recording allocates nothing.
/// </summary>
/// <remarks>Written by one thread.</remarks>
internal sealed class Distribution
{
    private const int SubBits = 6;
    private const int SubBuckets = 1 << SubBits;
    private const int Octaves = 34; // of microseconds: up to hours

    private readonly long[] _counts = new long[(Octaves + 1) * SubBuckets];

    /// <summary>Times recorded.</summary>
    public long Count { get; private set; }

    /// <summary>The longest, in nanoseconds.</summary>
    public long Max { get; private set; }

    /// <summary>Records a time in nanoseconds; a negative one counts as 0.</summary>
    public void Record(long nanoseconds)
    {
        nanoseconds = Math.Max(nanoseconds, 0);
        _counts[Math.Min(IndexOf((ulong)nanoseconds / 1000), _counts.Length - 1)]++;
        Count++;
        Max = Math.Max(Max, nanoseconds);
    }

    /// <summary>Adds what another one recorded.</summary>
    public void Add(Distribution other)
    {
        for (int i = 0; i < _counts.Length; i++)
        {
            _counts[i] += other._counts[i];
        }

        Count += other.Count;
        Max = Math.Max(Max, other.Max);
    }

    /// <summary>The time in milliseconds that the given share does not exceed; NaN when nothing was recorded.</summary>
    /// <param name="share">0.5 for the median.</param>
    public double Quantile(double share)
    {
        if (Count == 0)
        {
            return double.NaN;
        }

        long rank = Math.Clamp((long)Math.Ceiling(share * Count), 1, Count);
        int index = 0;
        for (long seen = _counts[0]; seen < rank; seen += _counts[index])
        {
            index++;
        }

        return rank == Count ? Max / (double)Clock.Millisecond : MiddleOf(index) / 1000;
    }

    // The first 64 buckets are a microsecond wide; from there on, each octave has 64.
    private static int IndexOf(ulong microseconds)
    {
        int octave = Math.Max(0, BitOperations.Log2(microseconds | 1) - SubBits);
        return microseconds < SubBuckets ? (int)microseconds : ((octave + 1) << SubBits) + (int)((microseconds >> octave) - SubBuckets);
    }

    private static double MiddleOf(int index)
    {
        if (index < SubBuckets)
        {
            return index + 0.5;
        }

        int octave = (index >> SubBits) - 1;
        return Math.ScaleB(SubBuckets + (index & (SubBuckets - 1)) + 0.5, octave);
    }
}
